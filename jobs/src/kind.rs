//! Kinds of jobs, as the catalogue (`catalogue.rs`) lists them, and how each is run.

use std::fmt;

use crate::{payloads::*, retry::RetryPolicy};

/// How one kind is run. Durations in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KindPolicy {
    /// How often and how late a failed job runs again.
    pub retry: RetryPolicy,
    /// A run longer than this is given up and retried.
    pub timeout_ms: u64,
    /// How long a job may be snoozed, from its first snooze on, before it is dead. Snoozes give the attempt back, so that nothing
    /// else ends a job whose resource never comes. It must be longer than the outages that the kind is to outlast.
    pub snooze_limit_ms: u64,
    /// How long a silent worker keeps its jobs. Renewed three times in that span.
    pub lease_ms: u64,
    /// Jobs one worker process runs at once, unless its configuration says otherwise.
    pub concurrency: usize,
    /// How long an idempotency key returns its first job.
    pub idempotency_window_ms: u64,
    /// Whether the key is forgotten once its job is done: right where a row in PostgreSQL says that the work is done,
    /// so that memory is spent only on jobs under way.
    pub release_key_when_done: bool,
}

macro_rules! define_kinds {
    ($($module:ident::$payload:ident($name:literal, $policy:ident, [$($topic:literal),*]);)*) => {
        /// A kind of job. Each kind is one queue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum JobKind {
            $(
                #[doc = concat!("Carries a [`", stringify!($payload), "`](crate::", stringify!($payload), ").")]
                $payload,
            )*
        }

        impl JobKind {
            /// Every kind.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$payload),*];

            /// Returns the name of the kind and of its queue.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$payload => $name,)* }
            }

            /// Returns how the kind is run.
            pub const fn policy(self) -> &'static KindPolicy {
                match self { $(Self::$payload => &crate::catalogue::$policy,)* }
            }

            /// Returns the topics of the webhooks that the kind handles.
            pub const fn topics(self) -> &'static [&'static str] {
                match self { $(Self::$payload => &[$($topic),*],)* }
            }

            /// Returns the kind that handles webhooks of that topic, if there is one.
            pub fn of_topic(topic: &str) -> Option<Self> {
                match topic {
                    $($($topic => Some(Self::$payload),)*)*
                    _ => None,
                }
            }

            /// Returns the version in which payloads of the kind are written now.
            pub const fn payload_version(self) -> u16 {
                match self { $(Self::$payload => <$payload as Payload>::VERSION,)* }
            }
        }

        // A payload belongs to the kind of its own line.
        $(const _: () = assert!(matches!(<$payload as Payload>::KIND, JobKind::$payload));)*
    };
}

crate::catalogue!(define_kinds);

impl JobKind {
    /// Returns the kind of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns whether each job of the kind is about one recorded webhook and has its id. Then the webhook's record shows
    /// the job's success, and no other row is written for it.
    pub const fn is_of_webhook(self) -> bool {
        !self.topics().is_empty()
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_kebab_case_and_unique_and_parse_back() {
        let names: BTreeSet<_> = JobKind::ALL.into_iter().map(JobKind::name).collect();
        assert_eq!(names.len(), JobKind::ALL.len());
        for kind in JobKind::ALL {
            assert!(kind.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{kind}");
            assert_eq!(JobKind::parse(kind.name()), Some(kind));
        }
    }

    #[test]
    fn policies_are_coherent() {
        for kind in JobKind::ALL {
            let policy = kind.policy();
            assert!(policy.retry.attempts >= 1, "{kind} never runs");
            assert!(policy.retry.base_ms <= policy.retry.cap_ms, "{kind}");
            assert!(policy.lease_ms >= 3_000, "{kind}: a lease shorter than a pause of the garbage kind loses jobs");
            assert!(policy.concurrency >= 1, "{kind}");
            let waits_ms: u128 = (1..policy.retry.attempts).map(|n| policy.retry.ceiling(n).as_millis()).sum();
            let snoozed_ms = u128::from(policy.snooze_limit_ms);
            assert!(
                snoozed_ms >= u128::from(crate::catalogue::HOUR_MS),
                "{kind}: an outage of an hour must end no job"
            );
            let lives_ms = waits_ms + snoozed_ms;
            assert!(
                u128::from(policy.idempotency_window_ms) > lives_ms,
                "{kind}: its key must outlive its retries and snoozes"
            );
        }
    }
}
