//! The keys of one queue. All share the hash tag `{queue}`, so a queue lives whole on one Redis Cluster slot.

/// Names after the prefix, in the order in which `lua/common.lua` binds them.
const NAMES: [&str; 22] = [
    "jobs",
    "ring",
    "delayed",
    "leases",
    "running",
    "tries",
    "dead",
    "dead_details",
    "stats",
    "done",
    "waiters",
    "halted",
    "settings",
    "paused",
    "turn",
    "token",
    "seen",
    "workers",
    "parked",
    "held",
    "tallies",
    "cancels",
];
const JOBS: usize = 0;

/// The keys of one queue.
#[derive(Debug)]
pub(super) struct Keys {
    prefix: String,
    all: Vec<String>,
}

impl Keys {
    /// Keys of the queue named `queue`, or `{prefix}-{queue}` where a prefix keeps tests apart.
    pub(super) fn new(prefix: Option<&str>, queue: &str) -> Self {
        let prefix = match prefix {
            Some(prefix) => format!("{{{prefix}-{queue}}}:"),
            None => format!("{{{queue}}}:"),
        };
        let all = NAMES.iter().map(|name| format!("{prefix}{name}")).collect();
        Self { prefix, all }
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(super) fn all(&self) -> &[String] {
        &self.all
    }

    /// The hash of every job that is not done, by id.
    pub(super) fn jobs(&self) -> &str {
        &self.all[JOBS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_share_one_hash_tag() {
        let keys = Keys::new(Some("t1"), "award-points");
        assert!(keys.all().iter().all(|key| key.starts_with("{t1-award-points}:")));
        assert_eq!(keys.jobs(), "{t1-award-points}:jobs");
        let common = include_str!("../lua/common.lua");
        let (_, declared) = common.split_once("-- KEYS: ").expect("the head names the keys");
        let (declared, _) = declared.split_once("-- ARGV").expect("the arguments follow the keys");
        assert_eq!(declared.split_whitespace().filter(|word| *word != "--").collect::<Vec<_>>(), NAMES);
    }
}
