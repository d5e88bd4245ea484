//! `REDIS_URL`: one server, a service watched by Sentinels, or a cluster; each in clear or over TLS. Nothing else is
//! taken, and no part of a refused URL is repeated, since it may hold a password.

use redis::{ConnectionInfo, IntoConnectionInfo, TlsMode, sentinel::SentinelNodeConnectionInfo};

/// Sentinels or cluster nodes named in one URL. They are where the search begins; the others are found through them.
const NODES_MAX: usize = 64;
const SERVER_PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26_379;

/// Why a text is not the address of a Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Another kind of address.
    #[error(
        "must be `redis://[user:password@]host:port/db` for one server, \
         `redis+sentinel://[user:password@]host:port,host:port/service[/db]` for Sentinels, or \
         `redis+cluster://[user:password@]host:port,host:port` for a cluster; over TLS, each with `rediss`"
    )]
    Form,
    /// A host or a port, a user or a password.
    #[error("has a host, a port, a user or a password that cannot be read (write special characters as %XX)")]
    Node,
    /// No host, or too many.
    #[error("must name 1 host, and for Sentinels or a cluster at most {NODES_MAX}, separated by commas")]
    Hosts,
    /// Sentinel without the name of what it watches.
    #[error("must end with the name that the Sentinels know the service by: `/service`, or `/service/db`")]
    Service,
    /// Not a number, or one where none is taken.
    #[error("has a wrong database: it is a number; and a cluster has none but 0")]
    Database,
    /// Something behind `?` or `#`.
    #[error("takes no parameters, but `sentinel_username` and `sentinel_password` in an address of Sentinels")]
    Parameter,
}

/// Where a Redis is.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// One server.
    Server(ConnectionInfo),
    /// The master of a service, as its Sentinels say.
    Sentinel { sentinels: Vec<ConnectionInfo>, service: String, master: SentinelNodeConnectionInfo },
    /// Nodes of a cluster.
    Cluster(Vec<ConnectionInfo>),
}

/// A URL in its parts, none of them decoded.
struct Parts<'a> {
    scheme: &'static str,
    user: Option<&'a str>,
    hosts: Vec<&'a str>,
    path: &'a str,
    parameters: &'a str,
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self, InvalidAddress> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(InvalidAddress::Form)?;
        let (tls, topology) = match scheme.split_once('+') {
            None => (scheme, "server"),
            Some((tls, topology)) => (tls, topology),
        };
        let scheme = match tls {
            "redis" => "redis",
            "rediss" => "rediss",
            _ => return Err(InvalidAddress::Form),
        };
        let parts = Parts::of(scheme, rest)?;
        match topology {
            "server" => parts.server(),
            "sentinel" => parts.sentinel(),
            "cluster" => parts.cluster(),
            _ => Err(InvalidAddress::Form),
        }
    }
}

impl<'a> Parts<'a> {
    fn of(scheme: &'static str, rest: &'a str) -> Result<Self, InvalidAddress> {
        if rest.contains('#') {
            return Err(InvalidAddress::Parameter);
        }
        let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (Some(user), hosts),
            None => (None, authority),
        };
        let hosts: Vec<&str> = hosts.split(',').collect();
        if hosts.len() > NODES_MAX || hosts.iter().any(|host| host.is_empty()) {
            return Err(InvalidAddress::Hosts);
        }
        Ok(Self { scheme, user, hosts, path, parameters })
    }

    fn server(self) -> Result<Address, InvalidAddress> {
        self.no_parameters()?;
        let [host] = self.hosts[..] else { return Err(InvalidAddress::Hosts) };
        node(self.scheme, self.user, host, SERVER_PORT, database(self.path)?).map(Address::Server)
    }

    fn sentinel(self) -> Result<Address, InvalidAddress> {
        let (service, db) = self.path.split_once('/').unwrap_or((self.path, ""));
        if service.is_empty() {
            return Err(InvalidAddress::Service);
        }
        let watched = node(self.scheme, self.user, self.hosts[0], SENTINEL_PORT, database(db)?)?;
        let mut master =
            SentinelNodeConnectionInfo::default().set_redis_connection_info(watched.redis_settings().clone());
        if self.scheme == "rediss" {
            master = master.set_tls_mode(TlsMode::Secure);
        }
        let user = self.sentinel_user()?;
        let sentinels = self.hosts.iter().map(|host| node(self.scheme, user.as_deref(), host, SENTINEL_PORT, 0));
        Ok(Address::Sentinel { sentinels: sentinels.collect::<Result<_, _>>()?, service: service.to_owned(), master })
    }

    fn cluster(self) -> Result<Address, InvalidAddress> {
        self.no_parameters()?;
        if database(self.path)? != 0 {
            return Err(InvalidAddress::Database);
        }
        let nodes = self.hosts.iter().map(|host| node(self.scheme, self.user, host, SERVER_PORT, 0));
        Ok(Address::Cluster(nodes.collect::<Result<_, _>>()?))
    }

    fn no_parameters(&self) -> Result<(), InvalidAddress> {
        if self.parameters.is_empty() { Ok(()) } else { Err(InvalidAddress::Parameter) }
    }

    /// Who to be for the Sentinels, as `user:password`: they know other users than the servers.
    fn sentinel_user(&self) -> Result<Option<String>, InvalidAddress> {
        let (mut name, mut password) = ("", None);
        for parameter in self.parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sentinel_username", value)) => name = value,
                Some(("sentinel_password", value)) => password = Some(value),
                _ => return Err(InvalidAddress::Parameter),
            }
        }
        Ok(password.map(|password| format!("{name}:{password}")))
    }
}

fn database(path: &str) -> Result<u16, InvalidAddress> {
    if path.is_empty() { Ok(0) } else { path.parse().map_err(|_| InvalidAddress::Database) }
}

/// One node, read as the address of one server is.
fn node(
    scheme: &str,
    user: Option<&str>,
    host: &str,
    default_port: u16,
    db: u16,
) -> Result<ConnectionInfo, InvalidAddress> {
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    // `[::1]` holds colons that are no port's.
    let port = match host.rsplit(']').next() {
        Some(end) if end.contains(':') => String::new(),
        _ => format!(":{default_port}"),
    };
    format!("{scheme}://{user}{host}{port}/{db}").into_connection_info().map_err(|_| InvalidAddress::Node)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(url: &str) -> Vec<String> {
        let infos = match Address::parse(url).unwrap_or_else(|error| panic!("{url}: {error}")) {
            Address::Server(server) => vec![server],
            Address::Sentinel { sentinels, .. } => sentinels,
            Address::Cluster(nodes) => nodes,
        };
        infos.iter().map(|info| info.addr().to_string()).collect()
    }

    #[test]
    fn each_form_is_read() {
        let Address::Server(server) = Address::parse("redis://me:p%40ss@localhost:1234/3").unwrap() else { panic!() };
        assert_eq!(server.addr().to_string(), "localhost:1234");
        let settings = server.redis_settings();
        assert_eq!((settings.username(), settings.password(), settings.db()), (Some("me"), Some("p@ss"), 3));
        assert_eq!(nodes("rediss://localhost"), ["localhost:6379"]);
        assert_eq!(nodes("redis+cluster://a:1,b,[::1]:3"), ["a:1", "b:6379", "::1:3"]);
        assert_eq!(nodes("rediss+cluster://:pass@a:1/0"), ["a:1"]);

        let url = "redis+sentinel://me:pass@s1,s2:7/main/2?sentinel_password=other";
        assert_eq!(nodes(url), ["s1:26379", "s2:7"]);
        let Address::Sentinel { sentinels, service, .. } = Address::parse(url).unwrap() else { panic!() };
        assert_eq!(service, "main");
        assert_eq!(sentinels[0].redis_settings().password(), Some("other"));
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason_and_without_the_password() {
        for (url, reason) in [
            ("127.0.0.1:6379", InvalidAddress::Form),
            ("memcached://hunter2@h", InvalidAddress::Form),
            ("unix:///run/redis.sock", InvalidAddress::Form),
            ("redis+twins://h", InvalidAddress::Form),
            ("redis://", InvalidAddress::Hosts),
            ("redis://a,b", InvalidAddress::Hosts),
            ("redis+cluster://a,,b", InvalidAddress::Hosts),
            ("redis://h:port", InvalidAddress::Node),
            ("redis://h/zero", InvalidAddress::Database),
            ("redis+cluster://h/1", InvalidAddress::Database),
            ("redis+sentinel://h", InvalidAddress::Service),
            ("redis+sentinel://h/main/x", InvalidAddress::Database),
            ("redis+sentinel://h/main?password=hunter2", InvalidAddress::Parameter),
            ("rediss://h#insecure", InvalidAddress::Parameter),
            ("redis://h?db=1", InvalidAddress::Parameter),
        ] {
            let refused = Address::parse(url).expect_err(url);
            assert_eq!(refused, reason, "{url}");
            assert!(!refused.to_string().contains("hunter2"));
        }
    }
}
