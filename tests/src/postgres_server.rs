//! A PostgreSQL of one test or of the fault matrix, which can be stopped, crashed and restarted without affecting
//! others. Durable against its own crash, not against the machine's.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::process::{Child, Command};

use crate::environment::{free_port, unique};
use crate::wait::{wait_at_most, wait_until};

/// Folders in which distributions install PostgreSQL's programs by major version.
const PROGRAMS: &str = "/usr/lib/postgresql";
/// Users to run PostgreSQL as when this process is root, which PostgreSQL refuses; the first that exists is used.
const USERS: [&str; 2] = ["postgres", "loyalnest-dev"];
/// Time within which it must answer after its start, recovery included.
const START_MAX: Duration = Duration::from_secs(60);
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// Time and interval of waiting for its end when it is dropped.
const DROP_STEPS_MAX: u32 = 50;
const DROP_STEP: Duration = Duration::from_millis(100);
const SETTINGS: [&str; 7] = [
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "full_page_writes=off",
    "shared_buffers=128MB",
    "max_connections=200",
    "jit=off",
    "track_commit_timestamp=on",
];

/// The server; killed and removed when dropped.
#[derive(Debug)]
pub struct PostgresServer {
    port: u16,
    dir: PathBuf,
    user: Option<(u32, u32)>,
    process: Option<Child>,
}

impl PostgresServer {
    /// Creates and starts an empty server.
    pub async fn start() -> Self {
        let dir = std::env::temp_dir().join(format!("loyalnest-postgres-{}", unique().ulid()));
        std::fs::create_dir_all(&dir).unwrap();
        let user = user().await;
        if let Some((uid, gid)) = user {
            chown(&dir, Some(uid), Some(gid)).unwrap();
        }
        let mut server = Self { port: free_port(), dir, user, process: None };
        let mut command = server.command("initdb");
        command.args(["-U", "loyalnest", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        let made = command.output().await.unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        server.run().await;
        server
    }

    /// Returns the URL of the superuser's default database.
    pub fn url(&self) -> String {
        format!("postgres://loyalnest@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it with the data it had before [`PostgresServer::stop`] or [`PostgresServer::crash`], and waits until it answers.
    pub async fn run(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.log()).unwrap();
        let port = self.port.to_string();
        let mut command = self.command("postgres");
        command.args(["-p", &port, "-k", ""]);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        command.stdout(log.try_clone().unwrap()).stderr(log).kill_on_drop(true);
        self.process = Some(command.spawn().unwrap());
        let options: PgConnectOptions = self.url().parse().unwrap();
        wait_at_most(START_MAX, "the private PostgreSQL answers", async || {
            let ended = self.process.as_mut().and_then(|process| process.try_wait().unwrap());
            assert!(ended.is_none(), "PostgreSQL ended: {}", std::fs::read_to_string(self.log()).unwrap());
            match tokio::time::timeout(CONNECT_MAX, options.connect()).await {
                Ok(Ok(connection)) => connection.close().await.is_ok(),
                _ => false,
            }
        })
        .await;
    }

    /// Returns whether it was started and not stopped.
    pub fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// Stops it in the fast mode: connections are closed, and a checkpoint is written.
    pub async fn stop(&mut self) {
        self.end("-INT").await;
    }

    /// Stops it immediately without a checkpoint: it recovers at the next start.
    pub async fn crash(&mut self) {
        self.end("-QUIT").await;
    }

    /// Stops all its processes (SIGSTOP): its port accepts connections, and nothing is answered until [`PostgresServer::resume`].
    pub fn pause(&self) {
        // The server itself first, since it could start further processes.
        let pid = self.pid();
        signal("-STOP", &[pid]);
        signal("-STOP", &children(pid));
    }

    /// Continues its processes after [`PostgresServer::pause`]; has no effect on those that run.
    pub fn resume(&self) {
        let pid = self.pid();
        signal("-CONT", &children(pid));
        signal("-CONT", &[pid]);
    }

    fn pid(&self) -> u32 {
        self.process.as_ref().and_then(Child::id).expect("PostgreSQL runs")
    }

    async fn end(&mut self, signal: &str) {
        let Some(mut process) = self.process.take() else { return };
        let pid = process.id().expect("PostgreSQL still runs").to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().await.unwrap().success());
        wait_until("PostgreSQL has ended", async || process.try_wait().unwrap().is_some()).await;
    }

    /// Creates a command of a PostgreSQL program as the user who may run it.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(programs().join(name));
        command.arg("-D").arg(self.dir.join("data")).current_dir("/").stdin(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Returns what it has logged so far.
    pub fn logged(&self) -> Vec<u8> {
        std::fs::read(self.log()).unwrap()
    }

    /// Makes it log every statement with all its parameters.
    pub async fn log_statements(&self) {
        let options: PgConnectOptions = self.url().parse().unwrap();
        let mut connection = options.connect().await.unwrap();
        for setting in ["log_statement = 'all'", "log_min_duration_statement = 0", "log_parameter_max_length = -1"] {
            let set = sqlx::AssertSqlSafe(format!("ALTER SYSTEM SET {setting}"));
            sqlx::query(set).execute(&mut connection).await.unwrap();
        }
        sqlx::query("SELECT pg_reload_conf()").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process
            && let Some(pid) = process.id()
        {
            // A row that failed may have left it paused: it would not receive the second signal.
            signal("-CONT", &children(pid));
            signal("-CONT", &[pid]);
            signal("-QUIT", &[pid]);
            for _ in 0..DROP_STEPS_MAX {
                if !matches!(process.try_wait(), Ok(None)) {
                    break;
                }
                #[expect(clippy::disallowed_methods, reason = "a destructor cannot await")]
                std::thread::sleep(DROP_STEP);
            }
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Sends a signal to processes; those that have ended meanwhile are skipped.
fn signal(signal: &str, pids: &[u32]) {
    for pid in pids {
        let _ = std::process::Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status();
    }
}

/// Returns the processes that a process has started and that run.
fn children(pid: u32) -> Vec<u32> {
    let listed = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    listed.split_ascii_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// Returns the folder of the newest version's programs.
fn programs() -> PathBuf {
    let major = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let installed = std::fs::read_dir(PROGRAMS).into_iter().flatten().flatten().map(|folder| folder.path());
    let newest = installed.filter(|path| path.join("bin/initdb").is_file()).max_by_key(|path| major(path));
    newest
        .unwrap_or_else(|| panic!("PostgreSQL's programs are not in {PROGRAMS}: `./dev.sh up` installs them"))
        .join("bin")
}

/// Returns the version that the programs report.
pub async fn version() -> String {
    let told = Command::new(programs().join("postgres")).arg("--version").output().await.unwrap();
    String::from_utf8(told.stdout).unwrap().trim().to_owned()
}

/// Returns the user to run it as; `None`: the current user.
async fn user() -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    for name in USERS {
        let of = async |option| {
            let told = Command::new("id").args([option, name]).output().await.unwrap();
            String::from_utf8(told.stdout).unwrap().trim().parse::<u32>().ok()
        };
        if let (Some(uid), Some(gid)) = (of("-u").await, of("-g").await) {
            return Some((uid, gid));
        }
    }
    panic!("PostgreSQL does not run as root, and there is no user {}: `./dev.sh up` makes one", USERS.join(" or "))
}
