//! A fresh database for each test, copied from a template that the first test of a schema creates.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use store::Owner;

use crate::environment::{postgres_url, root, unique};
use crate::wait::wait_until;

/// Key of the advisory lock under which templates are created.
const TEMPLATE_LOCK: i64 = 0x6c6e_7470;
/// Age at which databases of killed tests are removed.
const STALE_SECONDS: u64 = 3_600;
const CONNECTIONS_MAX: u32 = 2;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// The database of one test.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    dropped: bool,
}

impl Database {
    /// Creates the database on the server of the test run.
    pub async fn create() -> Self {
        Self::create_on(&postgres_url()).await
    }

    /// Creates the database on the server of this superuser's URL, which names a database.
    pub async fn create_on(server: &str) -> Self {
        let mut admin = admin(server).await;
        let template = template_name();
        if !is_ready(&mut admin, &template).await {
            make_template(&mut admin, server, &template).await;
        }
        Self::copy(admin, server, &template).await
    }

    /// Creates a database without a schema, for a test of the migrations.
    pub async fn create_empty() -> Self {
        let server = postgres_url();
        Self::copy(admin(&server).await, &server, "template0").await
    }

    async fn copy(mut admin: PgConnection, server: &str, template: &str) -> Self {
        let id = unique().ulid().to_lowercase();
        let name = format!("t_{id}");
        // WAL_LOG: the copy needs no checkpoint of the whole server.
        run(&mut admin, &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")).await;
        admin.close().await.unwrap();
        Self { server: server.to_owned(), name, dropped: false }
    }

    /// Returns the URL for the owner of the schema.
    pub fn owner_url(&self) -> String {
        url(&self.server, &self.name)
    }

    /// Returns the URL for the application's role.
    pub fn app_url(&self) -> String {
        let url = self.owner_url();
        let (scheme, rest) = url.split_once("://").unwrap();
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://loyalnest_app@{host}")
    }

    /// Opens connections as the owner, for what a test must read or change without the application.
    pub async fn pool(&self) -> PgPool {
        pool(&self.owner_url()).await
    }

    /// Drops the database, closing open connections.
    pub async fn drop(mut self) {
        self.dropped = true;
        drop_database(&self.server, &self.name).await;
    }
}

impl Drop for Database {
    /// Drops the database of a failed test without hiding the failure.
    fn drop(&mut self) {
        if self.dropped {
            return;
        }
        let (server, name) = (self.server.clone(), self.name.clone());
        let removal = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                runtime.block_on(drop_database(&server, &name));
            }
        });
        let _ = removal.join();
    }
}

/// Opens a small pool.
pub async fn pool(url: &str) -> PgPool {
    let options = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(CONNECT_TIMEOUT);
    options.connect(url).await.unwrap()
}

async fn drop_database(server: &str, name: &str) {
    let mut admin = admin(server).await;
    let _ =
        sqlx::query(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).execute(&mut admin).await;
    let _ = admin.close().await;
}

fn url(server: &str, database: &str) -> String {
    let (server, _) = server.rsplit_once('/').expect("the server's URL names a database");
    format!("{server}/{database}")
}

async fn admin(server: &str) -> PgConnection {
    let options: PgConnectOptions = server.parse().expect("the server's URL is a URL");
    let connecting = tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await;
    connecting.expect("PostgreSQL answers in time").expect("PostgreSQL can be reached")
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Returns the template of the schema of the current migrations, creating it if needed.
fn template_name() -> String {
    let mut files: Vec<_> =
        std::fs::read_dir(root().join("migrations")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(std::fs::read(file).unwrap());
    }
    let digest: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("tpl_{digest}")
}

async fn is_ready(admin: &mut PgConnection, template: &str) -> bool {
    let found =
        sqlx::query_scalar::<_, bool>("SELECT datistemplate FROM pg_database WHERE datname = $1").bind(template);
    found.fetch_optional(admin).await.unwrap().unwrap_or(false)
}

async fn make_template(admin: &mut PgConnection, server: &str, template: &str) {
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await.unwrap();
    if !is_ready(admin, template).await {
        drop_stale(admin).await;
        run(admin, &format!("DROP DATABASE IF EXISTS {template} WITH (FORCE)")).await;
        run(admin, &format!("CREATE DATABASE {template}")).await;
        let owner = Owner::connect(&url(server, template)).await.unwrap();
        owner.migrate().await.unwrap();
        drop(owner);
        run(admin, "ALTER ROLE loyalnest_app LOGIN").await;
        // A database with connections cannot be copied.
        run(admin, &format!("ALTER DATABASE {template} ALLOW_CONNECTIONS false")).await;
        wait_until("the template has no connections", async || {
            let left = sqlx::query_scalar::<_, i64>(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1",
            );
            left.bind(template).fetch_one(&mut *admin).await.unwrap() == 0
        })
        .await;
        run(admin, &format!("ALTER DATABASE {template} IS_TEMPLATE true")).await;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await.unwrap();
}

/// Returns databases whose test was killed: their name contains the time of creation.
async fn drop_stale(admin: &mut PgConnection) {
    let before = unique().ulid().to_lowercase();
    let oldest_kept = ulid_seconds(&before).saturating_sub(STALE_SECONDS);
    let names = sqlx::query_scalar::<_, String>("SELECT datname::text FROM pg_database WHERE datname LIKE 't\\_%'");
    for name in names.fetch_all(&mut *admin).await.unwrap() {
        let id = name.trim_start_matches("t_");
        if id.len() == before.len() && ulid_seconds(id) < oldest_kept {
            run(admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

/// Returns the time of a ULID: its first ten digits in Crockford's base 32 are milliseconds.
fn ulid_seconds(id: &str) -> u64 {
    const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let digits = id.chars().take(10).map(|digit| DIGITS.find(digit).unwrap_or(0) as u64);
    digits.fold(0, |sum, digit| sum * 32 + digit) / 1_000
}
