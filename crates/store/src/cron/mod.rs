//! Cron entries and their ticks: which tick was claimed, enqueued, finished. A tick is a row under a key of its own, which
//! is what makes it happen once in the cluster; when a tick is due is decided elsewhere.

mod progress;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::error::expect_rows;
use crate::{Owner, Store, StoreError, TenantScope};

pub use progress::TaskProgress;

/// An entry, to be registered.
#[derive(Debug, Clone)]
pub struct CronDefinition {
    /// Its name.
    pub name: &'static str,
    /// Its cron expression.
    pub schedule: String,
    /// The IANA name of its zone.
    pub time_zone: String,
    /// `skip`, `once` or `all`.
    pub catch_up: &'static str,
    /// Its first tick from now.
    pub next_tick: Option<DateTime<Utc>>,
}

/// How far the ticks of an entry are decided, and whether some scheduler has the entry.
#[derive(Debug, Clone)]
pub struct CronCursor {
    /// The entry.
    pub name: String,
    /// Its cron expression.
    pub schedule: String,
    /// The IANA name of its zone.
    pub time_zone: String,
    /// `skip`, `once` or `all`.
    pub catch_up: String,
    /// Every tick until then is claimed or missed.
    pub decided_until: DateTime<Utc>,
    /// When a scheduler that has the entry said so last.
    pub seen_at: DateTime<Utc>,
    /// Since when no scheduler is known to have it; `None`: some scheduler has it.
    pub retired_at: Option<DateTime<Utc>>,
}

/// A decision about the next ticks of an entry.
#[derive(Debug, Clone)]
pub struct CronAdvance<'a> {
    /// The entry.
    pub name: &'a str,
    /// Where its cursor stood when this was decided.
    pub from: DateTime<Utc>,
    /// Where it is to stand.
    pub to: DateTime<Utc>,
    /// The first tick after `to`.
    pub next_tick: Option<DateTime<Utc>>,
    /// Ticks to claim, with the ids of their jobs.
    pub claim: &'a [(DateTime<Utc>, &'a str)],
    /// Ticks that will not run, and the last of them.
    pub missed: u64,
    /// See `missed`.
    pub last_missed: Option<DateTime<Utc>>,
}

/// A tick whose job is not known to have done its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedTick {
    /// The entry.
    pub name: String,
    /// The tick.
    pub tick: DateTime<Utc>,
}

/// An entry as it is shown.
#[derive(Debug, Clone)]
pub struct CronEntry {
    /// Its name.
    pub name: String,
    /// Its cron expression.
    pub schedule: String,
    /// The IANA name of its zone.
    pub time_zone: String,
    /// `skip`, `once` or `all`.
    pub catch_up: String,
    /// The last tick that was claimed.
    pub last_tick: Option<DateTime<Utc>>,
    /// How that one stands: `claimed`, `enqueued`, `finished` or `dead`.
    pub last_state: Option<String>,
    /// The next tick.
    pub next_tick: Option<DateTime<Utc>>,
    /// Since when no scheduler is known to have it; `None`: some scheduler has it.
    pub retired_at: Option<DateTime<Utc>>,
    /// Ticks that passed without a run since the entry was registered.
    pub missed_ticks: i64,
    /// The last of them.
    pub last_missed: Option<DateTime<Utc>>,
}

impl Store {
    /// Returns the present moment by PostgreSQL's clock, which all schedulers share, and the cursors of all entries.
    ///
    /// # Errors
    /// As any statement; so for all that follow.
    pub async fn cron_cursors(&self) -> Result<(DateTime<Utc>, Vec<CronCursor>), StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let now = sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!""#).fetch_one(&mut *tx).await?;
        let cursors = sqlx::query_as!(
            CronCursor,
            "SELECT name, schedule, time_zone, catch_up, decided_until, seen_at, retired_at FROM cron_entries ORDER BY name"
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok((now, cursors))
    }

    /// Registers these entries, as seen at `now`; others are left alone, since they may be another version's. A new one has no
    /// ticks before `now`, nor has one whose schedule or zone is new; others go on where they were, retired or not.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn register_cron(&self, entries: &[CronDefinition], now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let names: Vec<&str> = entries.iter().map(|entry| entry.name).collect();
        let registered = sqlx::query!(
            "INSERT INTO cron_entries AS e (name, schedule, time_zone, catch_up, next_tick, decided_until, seen_at)
             SELECT i.*, $6, $6 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
                 AS i(name, schedule, time_zone, catch_up, next_tick)
             ORDER BY i.name
             ON CONFLICT (name) DO UPDATE
             SET schedule = excluded.schedule, time_zone = excluded.time_zone, catch_up = excluded.catch_up,
                 next_tick = excluded.next_tick, seen_at = greatest(e.seen_at, excluded.seen_at), retired_at = NULL,
                 decided_until = CASE WHEN (e.schedule, e.time_zone) = (excluded.schedule, excluded.time_zone)
                     THEN e.decided_until ELSE greatest(e.decided_until, excluded.decided_until) END",
            &names as _,
            entries.iter().map(|entry| entry.schedule.as_str()).collect::<Vec<_>>() as _,
            entries.iter().map(|entry| entry.time_zone.as_str()).collect::<Vec<_>>() as _,
            entries.iter().map(|entry| entry.catch_up).collect::<Vec<_>>() as _,
            entries.iter().map(|entry| entry.next_tick).collect::<Vec<_>>() as _,
            now
        )
        .execute(&mut *tx)
        .await?;
        expect_rows(registered.rows_affected(), entries.len())?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes that a scheduler has these entries at `now`.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn see_cron_entries(&self, names: &[&str], now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        // An entry that was removed meanwhile is registered again by its owner's next pass.
        sqlx::query!(
            "UPDATE cron_entries SET seen_at = $2
             WHERE name = ANY (ARRAY(SELECT name FROM cron_entries WHERE name = ANY ($1::text[]) AND seen_at < $2
                                     ORDER BY name FOR UPDATE))",
            names as _,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Retires an entry that nobody has seen since `cursor` was read, and whose cursor has not moved: its missed ticks are
    /// counted, and the cursor stands at the last of them. Returns false, and changes nothing, if its owner was faster.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn retire_cron_entry(
        &self,
        cursor: &CronCursor,
        missed: u64,
        last_missed: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let retired = sqlx::query!(
            "UPDATE cron_entries SET retired_at = $4, next_tick = NULL, missed_ticks = missed_ticks + $5,
                 last_missed = coalesce($6, last_missed), decided_until = coalesce($6, decided_until)
             WHERE name = $1 AND seen_at = $2 AND decided_until = $3 AND retired_at IS NULL",
            cursor.name,
            cursor.seen_at,
            cursor.decided_until,
            now,
            i64::try_from(missed).unwrap_or(i64::MAX),
            last_missed
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(retired.rows_affected() == 1)
    }

    /// Removes an entry that nobody has seen since `cursor` was read. Returns false if its owner was faster.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn remove_cron_entry(&self, cursor: &CronCursor) -> Result<bool, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let removed =
            sqlx::query!("DELETE FROM cron_entries WHERE name = $1 AND seen_at = $2", cursor.name, cursor.seen_at)
                .execute(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(removed.rows_affected() == 1)
    }

    /// Carries a decision out, whole or not at all: moves the cursor and claims the ticks. Answers the ticks that are
    /// the caller's now; `None`: another scheduler decided first, and nothing was done.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn claim_ticks(&self, advance: &CronAdvance<'_>) -> Result<Option<Vec<DateTime<Utc>>>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let moved = sqlx::query!(
            "UPDATE cron_entries SET decided_until = $3, next_tick = $4, missed_ticks = missed_ticks + $5,
                 last_missed = coalesce($6, last_missed)
             WHERE name = $1 AND decided_until = $2",
            advance.name,
            advance.from,
            advance.to,
            advance.next_tick,
            i64::try_from(advance.missed).unwrap_or(i64::MAX),
            advance.last_missed
        )
        .execute(&mut *tx)
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(None);
        }
        let claimed = sqlx::query_scalar!(
            "INSERT INTO cron_ticks (name, tick, job_id)
             SELECT $1, i.tick, i.job_id FROM unnest($2::timestamptz[], $3::text[]) AS i(tick, job_id)
             ON CONFLICT DO NOTHING RETURNING tick",
            advance.name,
            &advance.claim.iter().map(|(tick, _)| *tick).collect::<Vec<_>>(),
            advance.claim.iter().map(|(_, job_id)| *job_id).collect::<Vec<_>>() as _
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(claimed))
    }

    /// Ticks of these entries, oldest first, that were claimed `claimed_seconds` ago and not enqueued since, or enqueued
    /// `enqueued_seconds` ago and not finished since, and are not dead.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn unfinished_ticks(
        &self,
        names: &[&str],
        claimed_seconds: f64,
        enqueued_seconds: f64,
        rows_max: i64,
    ) -> Result<Vec<UnfinishedTick>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let ticks = sqlx::query_as!(
            UnfinishedTick,
            "SELECT t.name, t.tick FROM cron_ticks t
             WHERE t.finished_at IS NULL AND t.name = ANY ($1::text[])
               AND t.claimed_at < CURRENT_TIMESTAMP - make_interval(secs => $2)
               AND (t.enqueued_at IS NULL OR t.enqueued_at < CURRENT_TIMESTAMP - make_interval(secs => $3))
               AND NOT EXISTS (SELECT FROM dead_letters d WHERE d.merchant_id = $5 AND d.job_id = t.job_id)
             ORDER BY t.claimed_at LIMIT $4",
            names as _,
            claimed_seconds,
            enqueued_seconds,
            rows_max,
            PLATFORM
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(ticks)
    }

    /// Notes that the jobs of these ticks are in Redis.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn ticks_enqueued(&self, job_ids: &[&str]) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let noted = sqlx::query!(
            "UPDATE cron_ticks SET enqueued_at = CURRENT_TIMESTAMP WHERE job_id = ANY ($1::text[])",
            job_ids as _
        )
        .execute(&mut *tx)
        .await?;
        expect_rows(noted.rows_affected(), job_ids.len())?;
        tx.commit().await?;
        Ok(())
    }

    /// Returns whether the tick's job has done its work before. A job that is no tick's has not.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn tick_is_finished(&self, job_id: &str) -> Result<bool, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let finished = sqlx::query_scalar!(
            r#"SELECT finished_at IS NOT NULL AS "finished!" FROM cron_ticks WHERE job_id = $1"#,
            job_id
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(finished.unwrap_or(false))
    }

    /// Notes that the tick's job has done its work. Returns false when that was known, or the job is no tick's.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn finish_tick(&self, job_id: &str) -> Result<bool, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let finished = sqlx::query!(
            "UPDATE cron_ticks SET finished_at = CURRENT_TIMESTAMP WHERE job_id = $1 AND finished_at IS NULL",
            job_id
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(finished.rows_affected() == 1)
    }

    /// Returns every entry, as it is shown.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn cron_entries(&self) -> Result<Vec<CronEntry>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let entries = entries(&mut *tx).await?;
        tx.commit().await?;
        Ok(entries)
    }
}

impl Owner {
    /// As [`Store::cron_entries`].
    #[expect(clippy::missing_errors_doc, reason = "said once, at `cron_cursors`")]
    pub async fn cron_entries(&self) -> Result<Vec<CronEntry>, StoreError> {
        entries(&self.pool).await
    }
}

/// Whose the dead letters of ticks are: the lane of the platform's jobs.
const PLATFORM: &str = "00000000000000000000000000";

async fn entries(executor: impl PgExecutor<'_>) -> Result<Vec<CronEntry>, StoreError> {
    Ok(sqlx::query_as!(
        CronEntry,
        r#"SELECT e.name, e.schedule, e.time_zone, e.catch_up, e.next_tick, e.retired_at, e.missed_ticks, e.last_missed,
                  t.tick AS "last_tick?", t.state AS "last_state?"
           FROM cron_entries e
           LEFT JOIN LATERAL (
               SELECT t.tick, CASE WHEN t.finished_at IS NOT NULL THEN 'finished'
                                   WHEN EXISTS (SELECT FROM dead_letters d WHERE d.merchant_id = $1 AND d.job_id = t.job_id) THEN 'dead'
                                   WHEN t.enqueued_at IS NOT NULL THEN 'enqueued' ELSE 'claimed' END AS state
               FROM cron_ticks t WHERE t.name = e.name ORDER BY t.tick DESC LIMIT 1) t ON true
           ORDER BY e.name"#,
        PLATFORM
    )
    .fetch_all(executor)
    .await?)
}
