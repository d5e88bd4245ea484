//! Runs the real programs as processes, reads their logs, and stops or kills them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};

use crate::environment::{program, unique};
use crate::wait::wait_until;

/// Time within which a process must end after SIGTERM.
const END_MAX: Duration = Duration::from_secs(30);

/// A running program; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: Arc<Log>,
}

/// The log of a process, which may outlive it.
#[derive(Debug)]
pub struct Log(PathBuf);

impl Log {
    /// Returns the whole log.
    pub fn text(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The result of a program that ran to its end.
#[derive(Debug, Clone)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a program to its end with exactly these environment variables.
pub async fn run(name: &str, arguments: &[&str], environment: &[(&str, String)]) -> Ended {
    let mut command = Command::new(program(name));
    command.args(arguments).env_clear().envs(environment.iter().map(|(name, value)| (*name, value)));
    let running = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(END_MAX, running).await.expect("it ends in time").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

impl Process {
    /// Starts a program with exactly these environment variables.
    pub fn spawn(name: &str, environment: &[(&str, String)]) -> Self {
        Self::spawn_with(name, &[], environment)
    }

    /// Starts it with arguments.
    pub fn spawn_with(name: &str, arguments: &[String], environment: &[(&str, String)]) -> Self {
        let log = std::env::temp_dir().join(format!("{name}-{}.log", unique().ulid()));
        let file = std::fs::File::create(&log).unwrap();
        let mut command = Command::new(program(name));
        command.args(arguments).env_clear().envs(environment.iter().map(|(name, value)| (*name, value)));
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file).kill_on_drop(true);
        Self { child: command.spawn().unwrap(), log: Arc::new(Log(log)) }
    }

    /// Starts a role and waits until it logs its address.
    pub async fn role(name: &str, environment: &[(&str, String)]) -> (Self, SocketAddr) {
        Self::role_with(name, &[], environment).await
    }

    /// Starts it with arguments.
    pub async fn role_with(name: &str, arguments: &[String], environment: &[(&str, String)]) -> (Self, SocketAddr) {
        let mut process = Self::spawn_with(name, arguments, environment);
        let mut addr = None;
        wait_until(&format!("{name} is up"), async || {
            let ended = process.child.try_wait().unwrap();
            // A process that was up may have ended by now, as one that a job aborts.
            addr = process.addr();
            assert!(addr.is_some() || ended.is_none(), "{name} ended at its start: {}", process.log());
            addr.is_some()
        })
        .await;
        (process, addr.unwrap())
    }

    /// Returns all it has logged.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Returns its log, readable after its end.
    pub fn log_file(&self) -> Arc<Log> {
        Arc::clone(&self.log)
    }

    /// Returns whether it is running.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Returns the address in the log line of its start.
    fn addr(&self) -> Option<SocketAddr> {
        self.logged_addr("addr")
    }

    /// Where the api serves its health, readiness and metrics, apart from the public address.
    pub fn internal_addr(&self) -> SocketAddr {
        self.logged_addr("internal_addr").expect("it listens there before it is up")
    }

    fn logged_addr(&self, field: &str) -> Option<SocketAddr> {
        let log = self.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter_map(|line| find(&line, field)?.trim_start_matches("socket://").parse().ok()).next()
    }

    /// Kills it with SIGKILL.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Sends SIGTERM; returns at once.
    pub async fn terminate(&self) {
        self.signal("-TERM").await;
    }

    /// Sends a signal by name: `-STOP`, `-CONT` ...
    pub async fn signal(&self, signal: &str) {
        let pid = self.child.id().expect("it still runs").to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().await.unwrap().success(), "kill {signal} {pid}");
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        let ended = tokio::time::timeout(END_MAX, self.child.wait()).await;
        ended.unwrap_or_else(|_| panic!("it did not end within {END_MAX:?}: {}", self.log())).unwrap()
    }
}

/// Returns the text of a field anywhere in a JSON log line.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    let fields = value.as_object()?;
    fields.get(name).and_then(Value::as_str).or_else(|| fields.values().find_map(|inner| find(inner, name)))
}
