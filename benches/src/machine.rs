//! Describes the machine of a measurement: processor, memory, kernel, program versions, date, and its speed at that moment.

use std::{process::Command, thread};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use tokio::time::Instant;

/// Rounds of the fixed calibration work on each core.
const CALIBRATION_ROUNDS: u32 = 150_000;

/// The machine and the versions of the measured programs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: f64,
    pub(crate) kernel: String,
    pub(crate) date: String,
    pub(crate) commit: String,
    /// The measured programs with their versions.
    pub(crate) versions: Vec<(String, String)>,
}

impl Machine {
    /// Reads the description of this machine. A program that is not installed has no version.
    pub(crate) fn read(now: DateTime<Utc>, programs: &[(&str, &[&str])]) -> Self {
        let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
        let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
        let memory_kib: f64 = memory.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
        let versions = programs.iter().map(|(name, command)| ((*name).to_owned(), said_by(command)));
        Self {
            processor,
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory_gib: memory_kib / 1_048_576.0,
            kernel: said_by(&["uname", "-sr"]),
            date: now.to_rfc3339_opts(SecondsFormat::Secs, true),
            commit: said_by(&["git", "describe", "--always", "--dirty"]),
            versions: versions.filter(|(_, version)| !version.is_empty()).collect(),
        }
    }

    /// Formats the description as two lines for the document.
    pub(crate) fn show(&self) -> String {
        let versions: Vec<String> = self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        format!(
            "{}, {} cores, {:.0} GiB, {}; everything on this machine, {}, commit {}.\n{}.\n",
            self.processor,
            self.cores,
            self.memory_gib,
            self.kernel,
            self.date,
            self.commit,
            versions.join(", ")
        )
    }
}

/// Returns the value after `name :` in a file of /proc.
fn field(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Returns a program's output, shortened to its version number if it has one.
fn said_by(command: &[&str]) -> String {
    let Some((program, arguments)) = command.split_first() else { return String::new() };
    let output = Command::new(program).args(arguments).output();
    let text = output.ok().filter(|output| output.status.success()).map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    // `redis-server` says v=7.0.15, `node` v20.1, `rustc` and `pg_config` a name first.
    let number = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.');
    let words = text.split(' ').map(|word| word.trim_start_matches("v=").trim_start_matches('v'));
    words.clone().find(number).filter(|_| program != &"uname").unwrap_or(&text).to_owned()
}

/// Measures the current speed of all cores at fixed work of the measured kind (hashing, JSON), in rounds per millisecond.
/// The speed of shared machines changes: results of different moments are comparable only relative to this.
pub(crate) fn calibrate() -> f64 {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let begun = Instant::now();
    let threads: Vec<_> = (0..cores).map(|_| thread::spawn(fixed_work)).collect();
    for thread in threads {
        // A panic there would be a broken machine; the figure then says so by being wrong.
        let _ = thread.join();
    }
    f64::from(CALIBRATION_ROUNDS) * cores as f64 / (begun.elapsed().as_secs_f64() * 1_000.0)
}

fn fixed_work() {
    let text =
        r#"{"id":820982911946154500,"total_price":"199.90","line_items":[{"id":1,"price":"99.95","quantity":2}]}"#;
    for _ in 0..CALIBRATION_ROUNDS {
        let value: Result<serde_json::Value, _> = serde_json::from_str(std::hint::black_box(text));
        std::hint::black_box(shopify::sign(b"secret", text.as_bytes()));
        std::hint::black_box(value.is_ok());
    }
}
