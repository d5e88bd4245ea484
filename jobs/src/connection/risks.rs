//! What about a Redis would lose jobs, or not run the queue at all, each with its remedy. Reads only `INFO` and `CONFIG
//! GET`; where these are forbidden, it says that it does not know. Changes nothing.
//!
//! Losing everything is no catastrophe, since what PostgreSQL has is enqueued again. Losing a part is: a job whose place in
//! its lane was evicted is still known, so nobody enqueues it again. That is why evicting any key is fatal.

use std::{collections::HashMap, fmt, time::Duration};

use redis::{AsyncConnectionConfig, Client, Cmd, ConnectionInfo, FromRedisValue, RedisError, RedisResult, Value};

use super::{Redis, address::Address, connector::Connection};

/// Oldest version whose scripts can do what the queue's do: flags (`allow-oom`), `SET` with `NX` and `GET` at once.
const VERSION_MIN: (u32, u32) = (7, 0);
/// How long each of a few nodes may take to say what it is.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// Nodes asked for that.
const PROBED_NODES_MAX: usize = 3;

/// A kind of [`Finding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// The address is of another kind than what stands there.
    Topology,
    /// Too old for the scripts.
    Version,
    /// A replica: takes no jobs.
    Replica,
    /// Deletes any key when memory is full.
    Eviction,
    /// Deletes keys with an expiry when memory is full, or would delete any, were its memory limited.
    PartialEviction,
    /// Keeps nothing over a restart.
    Persistence,
    /// Leaves to the operating system when its log reaches the disk.
    Fsync,
    /// Does not say how it is set up.
    Unknown,
}

impl Risk {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Topology,
        Self::Version,
        Self::Replica,
        Self::Eviction,
        Self::PartialEviction,
        Self::Persistence,
        Self::Fsync,
        Self::Unknown,
    ];

    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topology => "topology",
            Self::Version => "version",
            Self::Replica => "replica",
            Self::Eviction => "eviction",
            Self::PartialEviction => "partial-eviction",
            Self::Persistence => "persistence",
            Self::Fsync => "fsync",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a process must not call itself ready: the queue cannot work there, or would lose jobs for good.
    pub fn is_fatal(self) -> bool {
        matches!(self, Self::Topology | Self::Version | Self::Replica | Self::Eviction)
    }
}

/// Something wrong with a Redis, and its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of risk.
    pub risk: Risk,
    /// Which node, in a cluster.
    pub node: Option<String>,
    detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(node) = &self.node {
            write!(f, "{node}: ")?;
        }
        f.write_str(&self.detail)
    }
}

impl Redis {
    /// Looks for what would lose jobs; nothing found is what one wants. In a cluster every master is asked.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn examine(&self) -> RedisResult<Vec<Finding>> {
        if let Some(detail) = wrong_topology(&self.0.address).await {
            return Ok(vec![Finding { risk: Risk::Topology, node: None, detail }]);
        }
        let mut settings = redis::cmd("CONFIG");
        settings.arg("GET").arg("*");
        let (infos, settings) = (self.on_masters(&redis::cmd("INFO")).await?, self.on_masters(&settings).await?);
        let mut findings = Vec::new();
        for (node, info) in infos {
            let info: String = read(info)?;
            let config = settings.iter().find(|(of, _)| *of == node);
            let config = config.and_then(|(_, config)| read::<HashMap<String, String>>(config.clone()).ok());
            let found = judge(&info, config.as_ref());
            findings.extend(found.into_iter().map(|(risk, detail)| Finding { risk, node: node.clone(), detail }));
        }
        Ok(findings)
    }

    /// The same command on every master, which in a cluster is named. A refusal is an answer.
    async fn on_masters(&self, command: &Cmd) -> RedisResult<Vec<(Option<String>, Value)>> {
        let (number, connection) = self.connection().await?;
        if let Connection::Cluster(cluster) = connection {
            let answers = self.examined(number, Connection::call_masters(cluster, command).await)?;
            return Ok(answers.into_iter().map(|(node, answer)| (Some(node), answer)).collect());
        }
        match self.call(command).await {
            Ok(answer) => Ok(vec![(None, answer)]),
            Err(error) if error.code().is_some() => Ok(vec![(None, Value::Nil)]),
            Err(error) => Err(error),
        }
    }
}

fn read<T: FromRedisValue>(value: Value) -> RedisResult<T> {
    Ok(redis::from_redis_value(value.extract_error()?)?)
}

/// What is wrong if the first node that answers is not what the address says. Asked without the client of that kind,
/// since that could not even connect.
async fn wrong_topology(address: &Address) -> Option<String> {
    let (nodes, expected) = match address {
        Address::Server(server) => (std::slice::from_ref(server), "standalone"),
        Address::Sentinel { sentinels, .. } => (&sentinels[..], "sentinel"),
        Address::Cluster(nodes) => (&nodes[..], "cluster"),
    };
    for node in nodes.iter().take(PROBED_NODES_MAX) {
        if let Ok(info) = probe(node).await {
            let mode = field(&info, "redis_mode")?;
            let remedy = match mode {
                "standalone" => "redis://host:port/db",
                "sentinel" => "redis+sentinel://host:port,host:port/service",
                "cluster" => "redis+cluster://host:port,host:port",
                _ => return None,
            };
            let said = match address {
                Address::Server(_) => "one server",
                Address::Sentinel { .. } => "Sentinels",
                Address::Cluster(_) => "a cluster",
            };
            return (mode != expected)
                .then(|| format!("REDIS_URL is that of {said}, but what answers there is {mode}: write {remedy}"));
        }
    }
    None
}

async fn probe(node: &ConnectionInfo) -> Result<String, RedisError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PROBE_TIMEOUT))
        .set_response_timeout(Some(PROBE_TIMEOUT));
    let mut connection = Client::open(node.clone())?.get_multiplexed_async_connection_with_config(&config).await?;
    redis::cmd("INFO").arg("server").query_async(&mut connection).await
}

/// The value of a line of `INFO`.
fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

/// What is wrong with one server, by its `INFO`, and by its settings where it shows them.
fn judge(info: &str, config: Option<&HashMap<String, String>>) -> Vec<(Risk, String)> {
    let setting = |name: &str| config.and_then(|config| config.get(name)).map(String::as_str);
    let mut found = Vec::new();
    let version = field(info, "redis_version").unwrap_or_default();
    if parsed(version).is_some_and(|version| version < VERSION_MIN) {
        let (major, minor) = VERSION_MIN;
        found.push((
            Risk::Version,
            format!("Redis {version} cannot run the queue's scripts: they need Redis {major}.{minor} or later"),
        ));
    }
    if field(info, "role") == Some("slave") {
        let detail = "it is a replica, which takes no jobs: name its master, or its Sentinels".to_owned();
        found.push((Risk::Replica, detail));
    }
    let policy = setting("maxmemory-policy").or_else(|| field(info, "maxmemory_policy"));
    let limited = setting("maxmemory").or_else(|| field(info, "maxmemory")).is_some_and(|bytes| bytes != "0");
    found.extend(policy.and_then(|policy| eviction(policy, limited)));
    found.extend(persistence(info, setting("save"), setting("appendfsync")));
    if policy.is_none() || version.is_empty() {
        let detail =
            "INFO and CONFIG GET do not say its version or maxmemory-policy: make sure of Redis 7 and noeviction";
        found.push((Risk::Unknown, detail.to_owned()));
    }
    found
}

fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn eviction(policy: &str, limited: bool) -> Option<(Risk, String)> {
    let remedy = "set maxmemory-policy to noeviction";
    if policy == "noeviction" {
        None
    } else if policy.starts_with("volatile-") {
        // Of the queue's keys only those of idempotency expire, and a lost one means at most a second run.
        let effect = "forgets which jobs it has seen when memory is full";
        Some((Risk::PartialEviction, format!("maxmemory-policy {policy} {effect}: {remedy}")))
    } else if limited {
        let effect = "deletes parts of queues when memory is full, which no reconciler can tell";
        Some((Risk::Eviction, format!("maxmemory-policy {policy} {effect}: {remedy}")))
    } else {
        let effect = "would delete parts of queues as soon as maxmemory is set";
        Some((Risk::PartialEviction, format!("maxmemory-policy {policy} {effect}: {remedy}")))
    }
}

fn persistence(info: &str, save: Option<&str>, fsync: Option<&str>) -> Option<(Risk, String)> {
    let remedy = "set appendonly to yes and appendfsync to everysec";
    let effect = "jobs that wait are enqueued again from PostgreSQL, some seconds late";
    match (field(info, "aof_enabled"), save, fsync) {
        (Some("1"), _, Some("no")) => {
            let late = "its log reaches the disk only when the operating system likes, often after 30 s";
            Some((Risk::Fsync, format!("appendfsync is no, so {late}; after a power cut {effect}: set it to everysec")))
        }
        (Some("1"), _, Some(_)) => None,
        (Some("0"), Some(""), _) => {
            Some((Risk::Persistence, format!("it keeps nothing over a restart; then {effect}: {remedy}")))
        }
        (Some("0"), Some(_), _) => {
            let lost = "it writes only snapshots, so a restart loses what came after the last";
            Some((Risk::Persistence, format!("{lost}; then {effect}: {remedy}")))
        }
        _ => {
            let detail = "CONFIG GET is forbidden, so how it persists could not be checked";
            Some((Risk::Unknown, format!("{detail}: make sure of appendonly yes and appendfsync everysec")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Memory\r\nmaxmemory:1048576\r\n\
        maxmemory_policy:noeviction\r\naof_enabled:1\r\nrole:master\r\n";

    fn config(changes: &[(&str, &str)]) -> HashMap<String, String> {
        let good =
            [("maxmemory", "1048576"), ("maxmemory-policy", "noeviction"), ("save", ""), ("appendfsync", "everysec")];
        good.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn risks(info: &str, config: Option<&HashMap<String, String>>) -> Vec<Risk> {
        judge(info, config).into_iter().map(|(risk, _)| risk).collect()
    }

    #[test]
    fn a_server_that_keeps_jobs_is_found_good() {
        assert_eq!(judge(GOOD, Some(&config(&[]))), []);
        assert_eq!(judge(&GOOD.replace("7.0.15", "8.2.0"), Some(&config(&[]))), []);
    }

    #[test]
    fn each_fault_is_found_and_says_its_remedy() {
        for (changes, risk, remedy) in [
            (&[("maxmemory-policy", "allkeys-lru")][..], Risk::Eviction, "noeviction"),
            (&[("maxmemory-policy", "allkeys-lfu"), ("maxmemory", "0")], Risk::PartialEviction, "noeviction"),
            (&[("maxmemory-policy", "volatile-ttl")], Risk::PartialEviction, "noeviction"),
            (&[("appendfsync", "no")], Risk::Fsync, "everysec"),
        ] {
            let found = judge(GOOD, Some(&config(changes)));
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].0, risk);
            assert!(found[0].1.contains(remedy), "{found:?}");
        }
        let without_log = GOOD.replace("aof_enabled:1", "aof_enabled:0");
        assert_eq!(risks(&without_log, Some(&config(&[]))), [Risk::Persistence]);
        assert_eq!(risks(&without_log, Some(&config(&[("save", "3600 1")]))), [Risk::Persistence]);
        assert_eq!(risks(&GOOD.replace("7.0.15", "6.2.14"), Some(&config(&[]))), [Risk::Version]);
        assert_eq!(risks(&GOOD.replace("role:master", "role:slave"), Some(&config(&[]))), [Risk::Replica]);
    }

    #[test]
    fn without_config_info_is_believed_and_the_rest_is_said_to_be_unknown() {
        assert_eq!(risks(GOOD, None), [Risk::Unknown]);
        assert_eq!(risks(&GOOD.replace("noeviction", "allkeys-lru"), None), [Risk::Eviction, Risk::Unknown]);
        assert_eq!(risks("", None), [Risk::Unknown, Risk::Unknown]);
    }
}
