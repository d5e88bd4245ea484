//! Options of a [`TestApp`]: roles, clock, servers.

use platform::clock::{SharedClock, SystemClock};
use platform::config::ApiSettings;

use crate::app::TestApp;

/// Options of a [`TestApp`].
#[derive(Debug)]
pub struct Builder {
    pub(crate) api: bool,
    pub(crate) workers: bool,
    pub(crate) scheduler: bool,
    pub(crate) clock: SharedClock,
    pub(crate) servers: Vec<(Server, String)>,
    pub(crate) shops: usize,
    pub(crate) database_server: Option<String>,
    pub(crate) change_api: Option<fn(&mut ApiSettings)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Postgres,
    Redis,
}

impl Builder {
    pub(crate) fn new() -> Self {
        let clock = SystemClock::shared();
        Self {
            api: true,
            workers: true,
            scheduler: true,
            clock,
            servers: Vec::new(),
            shops: 2,
            database_server: None,
            change_api: None,
        }
    }

    pub fn without_api(self) -> Self {
        Self { api: false, ..self }
    }

    pub fn without_workers(self) -> Self {
        Self { workers: false, ..self }
    }

    pub fn without_scheduler(self) -> Self {
        Self { scheduler: false, ..self }
    }

    /// Starts no roles in this process: the test starts them as processes.
    pub fn without_roles(self) -> Self {
        self.without_api().without_workers().without_scheduler()
    }

    pub fn clock(self, clock: SharedClock) -> Self {
        Self { clock, ..self }
    }

    pub fn shops(self, shops: usize) -> Self {
        Self { shops, ..self }
    }

    /// Sets the PostgreSQL URL of the roles (a proxy's); the test itself connects directly.
    pub fn postgres_through(mut self, host_and_port: &str) -> Self {
        self.servers.push((Server::Postgres, host_and_port.to_owned()));
        self
    }

    /// Creates the database on another PostgreSQL than the shared one, given by a superuser's URL that names a database.
    pub fn postgres(self, server: &str) -> Self {
        Self { database_server: Some(server.to_owned()), ..self }
    }

    /// Uses another Redis than the shared one.
    pub fn redis(mut self, url: &str) -> Self {
        self.servers.push((Server::Redis, url.to_owned()));
        self
    }

    /// Changes the settings of the api.
    pub fn api_settings(self, change: fn(&mut ApiSettings)) -> Self {
        Self { change_api: Some(change), ..self }
    }

    pub async fn start(self) -> TestApp {
        TestApp::build(self).await
    }
}
