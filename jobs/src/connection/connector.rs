//! Opening a connection to whatever the address names: the server, the master that the Sentinels know, or the nodes of a
//! cluster. Every wait is bounded. Does not reconnect: that is [`super::Redis`]'s.

use std::{io, sync::Arc, time::Duration};

use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, Pipeline, RedisError, RedisResult, ServerErrorKind, Value,
    aio::{ConnectionLike, MultiplexedConnection, PubSub},
    cluster::{ClusterClient, ClusterConfig},
    cluster_async::ClusterConnection,
    cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo},
    sentinel::{SentinelClient, SentinelServerType},
};
use tokio::{sync::Mutex, time::timeout};

use super::address::Address;

/// How long connecting to one server may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long connecting may take in all, with finding the master, or the nodes of a cluster.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);
/// How often one call follows a cluster's redirections, or waits where a slot is on its way from node to node.
const CLUSTER_RETRIES: u32 = 6;
/// Shortest and longest of these waits.
const CLUSTER_RETRY_MS: (u64, u64) = (10, 250);

/// Knows the address and opens connections to it. Cheap to clone.
#[derive(Clone)]
pub(super) enum Connector {
    Server(Box<Client>),
    /// Keeps its connections to the Sentinels.
    Sentinel(Arc<Mutex<SentinelClient>>),
    /// With a client for each node that the address names: what is published reaches every node of a cluster.
    Cluster(Box<ClusterClient>, Arc<[Client]>),
}

/// An open connection, shared by its clones.
#[derive(Clone)]
pub(super) enum Connection {
    Server(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Connector {
    pub(super) fn new(address: Address) -> RedisResult<Self> {
        Ok(match address {
            Address::Server(server) => Self::Server(Box::new(Client::open(server)?)),
            Address::Sentinel { sentinels, service, master } => {
                let client = SentinelClient::build(sentinels, service, Some(master), SentinelServerType::Master)?;
                Self::Sentinel(Arc::new(Mutex::new(client)))
            }
            Address::Cluster(nodes) => {
                let (shortest, longest) = CLUSTER_RETRY_MS;
                let clients = nodes.iter().cloned().map(Client::open).collect::<RedisResult<_>>()?;
                let builder = ClusterClient::builder(nodes).retries(CLUSTER_RETRIES);
                let builder = builder.min_retry_wait(shortest).max_retry_wait(longest);
                Self::Cluster(Box::new(builder.connection_timeout(CONNECT_TIMEOUT).build()?), clients)
            }
        })
    }

    /// Connects. An answer may then take `response_timeout`, or counts as failed.
    pub(super) async fn open(&self, response_timeout: Duration) -> RedisResult<Connection> {
        in_time(OPEN_TIMEOUT, self.connect(response_timeout)).await
    }

    async fn connect(&self, response_timeout: Duration) -> RedisResult<Connection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(response_timeout));
        let server = match self {
            Self::Server(client) => client.get_multiplexed_async_connection_with_config(&config).await?,
            Self::Sentinel(client) => {
                let master = client.lock().await.async_get_client().await?;
                master.get_multiplexed_async_connection_with_config(&config).await?
            }
            Self::Cluster(client, _) => {
                let config = ClusterConfig::new().set_response_timeout(response_timeout);
                return Ok(Connection::Cluster(client.get_async_connection_with_config(config).await?));
            }
        };
        Ok(Connection::Server(server))
    }

    /// Opens a connection that receives what is published. In a cluster it is to one of the nodes that the address names, from
    /// number `attempt` on, so that repeated attempts get past a node that is down.
    pub(super) async fn open_pub_sub(&self, attempt: usize) -> RedisResult<PubSub> {
        let open = async {
            match self {
                Self::Server(client) => client.get_async_pubsub().await,
                Self::Sentinel(client) => client.lock().await.async_get_client().await?.get_async_pubsub().await,
                Self::Cluster(_, nodes) => nodes[attempt % nodes.len()].get_async_pubsub().await,
            }
        };
        in_time(OPEN_TIMEOUT, open).await
    }
}

/// Waits that long for an answer. Beyond that the connection counts as silent.
pub(super) async fn in_time<T>(limit: Duration, answer: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    let answer = timeout(limit, answer).await;
    answer.unwrap_or_else(|elapsed| Err(io::Error::new(io::ErrorKind::TimedOut, elapsed).into()))
}

impl Connection {
    pub(super) async fn call(&mut self, command: &Cmd) -> RedisResult<Value> {
        let answer = match self {
            Self::Server(server) => server.send_packed_command(command).await,
            Self::Cluster(cluster) => cluster.req_packed_command(command).await,
        };
        answer.and_then(Value::extract_error)
    }

    /// The same command on every master of a cluster. A refusal is an answer.
    pub(super) async fn call_masters(
        mut cluster: ClusterConnection,
        command: &Cmd,
    ) -> RedisResult<Vec<(String, Value)>> {
        let masters = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
        let Value::Map(answers) = cluster.route_command(command.clone(), masters).await?.extract_error()? else {
            return Ok(Vec::new());
        };
        answers.into_iter().map(|(node, answer)| Ok((redis::from_redis_value(node)?, answer))).collect()
    }

    pub(super) async fn call_all(
        &mut self,
        pipeline: &Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        match self {
            Self::Server(server) => server.send_packed_commands(pipeline, offset, count).await,
            Self::Cluster(cluster) => cluster.req_packed_commands(pipeline, offset, count).await,
        }
    }
}

/// Whether after this error another connection must be opened: this one is broken, or silent, or leads to a server that
/// is no longer the master. A connection to a cluster finds its nodes anew by itself, but not the way round a silent one.
pub(super) fn is_connection_lost(error: &RedisError) -> bool {
    let no_longer_master =
        matches!(error.kind(), ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown));
    error.is_unrecoverable_error() || error.is_timeout() || no_longer_master
}
