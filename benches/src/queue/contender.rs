//! Controls the process of a contender: sends commands, waits a bounded time for answers, and measures it by its pid.

use std::{process::Stdio, time::Duration};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command as Process},
    time::timeout,
};

use super::protocol::{Answer, Command};

/// Timeout of one command, the greeting included.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// A process of a contender: a producer or a worker.
pub(crate) struct Runner {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// The library version that the process reported.
    pub(crate) version: String,
    pub(crate) pid: u32,
}

impl Runner {
    /// Starts the process and waits for its greeting. The process is killed when this value is dropped.
    ///
    /// # Errors
    /// Fails when the process cannot be started or ends at once.
    pub(crate) async fn start(command: &[String]) -> Result<Self> {
        let (program, arguments) = command.split_first().context("an empty command")?;
        let mut child = Process::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{program} cannot be started"))?;
        let input = child.stdin.take().context("no standard input")?;
        let output = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        let pid = child.id().context("it has ended at once")?;
        let mut runner = Self { child, input, output, version: String::new(), pid };
        runner.version = runner.answer().await.with_context(|| format!("{program} did not start"))?.version;
        Ok(runner)
    }

    /// Sends a command and waits for the answer.
    ///
    /// # Errors
    /// Fails when the command failed, the process ended, or the timeout elapsed.
    pub(crate) async fn tell(&mut self, command: &Command) -> Result<Answer> {
        let mut line = serde_json::to_vec(command)?;
        line.push(b'\n');
        let told = async {
            self.input.write_all(&line).await?;
            self.input.flush().await
        };
        told.await.context("the contender has ended")?;
        self.answer().await.with_context(|| format!("{command:?}"))
    }

    async fn answer(&mut self) -> Result<Answer> {
        let line = timeout(ANSWER_TIMEOUT, self.output.next_line())
            .await
            .with_context(|| format!("no answer within {} s", ANSWER_TIMEOUT.as_secs()))??;
        let Some(line) = line else {
            bail!("the contender has ended: {:?}", self.child.wait().await?);
        };
        let answer: Answer = serde_json::from_str(&line).with_context(|| format!("not an answer: {line}"))?;
        match answer.error {
            Some(error) => bail!(error),
            None => Ok(answer),
        }
    }
}
