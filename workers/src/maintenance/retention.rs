//! `trim-webhook-bodies`, `trim-cron-ticks`, `trim-attempts`, `trim-dead-letters`, `trim-audit-logs`: removes what is past its
//! retention, counted from the tick.

use chrono::{DateTime, TimeDelta, Utc};
use domain::MerchantId;
use platform::ids::least_ulid_at;

use super::{Interrupted, Maintainer, STEP_ROWS};

/// Days whose partitions of attempts are made beforehand.
const ATTEMPTS_AHEAD_DAYS: i32 = 7;

/// Audit rows that one statement removes at most.
const AUDIT_STEP_ROWS: i32 = 1_000;
/// The merchant of audit rows that concern none.
const PLATFORM: &str = "platform";

impl Maintainer {
    /// Raw bodies of webhooks that are dealt with. A log's id says when it was recorded.
    pub(super) async fn trim_webhook_bodies(&self, tick: DateTime<Utc>) -> Result<u64, Interrupted> {
        let before = least_ulid_at(tick - days(self.retention.webhook_bodies_days));
        let unhandled_before = least_ulid_at(tick - days(self.retention.unhandled_bodies_days));
        let (mut merchants, mut removed) = (self.merchants_after("").await?, 0);
        while let Some(last) = merchants.last() {
            for merchant in &merchants {
                removed += self.trim_bodies_of(merchant, &before, &unhandled_before).await?;
            }
            merchants = self.merchants_after(last.as_str()).await?;
        }
        Ok(removed)
    }

    async fn trim_bodies_of(
        &self,
        merchant: &MerchantId,
        before: &str,
        unhandled_before: &str,
    ) -> Result<u64, Interrupted> {
        let (mut after, mut removed) = (String::new(), 0);
        loop {
            self.may_go_on()?;
            let step = self.store.trim_webhook_bodies(merchant, &after, before, unhandled_before, STEP_ROWS).await?;
            removed += step.removed;
            match step.after {
                Some(last) => after = last,
                None => return Ok(removed),
            }
        }
    }

    /// Ticks, of entries that are no more, too.
    pub(super) async fn trim_cron_ticks(&self, tick: DateTime<Utc>) -> Result<u64, Interrupted> {
        let before = tick - days(self.retention.cron_ticks_days);
        let mut removed = 0;
        for name in self.store.cron_tick_names().await? {
            loop {
                self.may_go_on()?;
                let step = self.store.trim_cron_ticks(&name, before, STEP_ROWS).await?;
                removed += step;
                if step < STEP_ROWS.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(removed)
    }

    /// Audit rows, those of the platform first.
    pub(super) async fn trim_audit_logs(&self, tick: DateTime<Utc>) -> Result<u64, Interrupted> {
        let before = tick - days(self.retention.audit_logs_days);
        let mut removed = self.trim_audit_logs_of(PLATFORM, before).await?;
        let mut merchants = self.merchants_after("").await?;
        while let Some(last) = merchants.last() {
            for merchant in &merchants {
                removed += self.trim_audit_logs_of(merchant.as_str(), before).await?;
            }
            merchants = self.merchants_after(last.as_str()).await?;
        }
        Ok(removed)
    }

    async fn trim_audit_logs_of(&self, merchant: &str, before: DateTime<Utc>) -> Result<u64, Interrupted> {
        let (before_id, mut removed) = (least_ulid_at(before), 0);
        loop {
            self.may_go_on()?;
            let step = self.store.trim_audit_logs(merchant, &before_id, before, AUDIT_STEP_ROWS).await?;
            removed += step;
            if step < u64::from(AUDIT_STEP_ROWS.unsigned_abs()) {
                return Ok(removed);
            }
        }
    }

    /// Whole days of attempts. Answers how many days were dropped or prepared.
    pub(super) async fn trim_attempts(&self, tick: DateTime<Utc>) -> Result<u64, Interrupted> {
        let mut changed = 0;
        loop {
            self.may_go_on()?;
            let kept_days = self.retention.attempts_days.into();
            match self.store.keep_attempts(tick, kept_days, ATTEMPTS_AHEAD_DAYS).await? {
                0 => return Ok(changed),
                step => changed += u64::from(step.unsigned_abs()),
            }
        }
    }

    /// Dead letters, replayed or not, and events that no consumer was given: those of dead jobs, and those of unknown names.
    pub(super) async fn trim_dead_letters(&self, tick: DateTime<Utc>) -> Result<u64, Interrupted> {
        let before = tick - days(self.retention.dead_letters_days);
        let mut removed = 0;
        loop {
            self.may_go_on()?;
            let letters = self.store.forget_dead_letters(before, STEP_ROWS).await?;
            let events = self.store.forget_events(before, STEP_ROWS).await?;
            removed += letters + events;
            if letters.max(events) < STEP_ROWS.unsigned_abs() {
                return Ok(removed);
            }
        }
    }
}

fn days(days: u32) -> TimeDelta {
    TimeDelta::days(days.into())
}
