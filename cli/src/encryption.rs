//! `loyalnest encryption`: which keys the stored values are encrypted under, and how they are brought under the current one, page by
//! page, beside the running roles. An interrupted run is begun again: what it has done need not be done again.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use platform::Context;
use platform::config::ToolSettings;
use store::crypto::{ColumnEntry, ENCRYPTED_COLUMNS, KeyRing, Nonce, ReencryptedPage, RowPosition};
use store::{Owner, StoreError};

use super::say;
use super::table::show_table;

/// Passes over one column. Further ones are for the values that another transaction had at the time of the one before.
const PASSES_MAX: u32 = 5;
/// Time between two passes over one column, in milliseconds, for the others to end their transactions.
const PASS_DELAY_MS: u64 = 500;
/// Attempts at one page, if PostgreSQL is unavailable or another transaction is faster.
const PAGE_ATTEMPTS_MAX: u32 = 5;
/// Pages between two lines of progress.
const PROGRESS_PAGES: u64 = 200;
/// What values that are not in our format are called.
const NO_KEY: &str = "(none: clear or pgcrypto)";

#[derive(Debug, Subcommand)]
pub(crate) enum EncryptionCommand {
    /// Count the values of each encrypted column by the key they are encrypted under.
    Status,
    /// Encrypt again, under PII_KEY, every value that is encrypted under another key; exit 1 if any is left.
    Reencrypt(ReencryptArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ReencryptArguments {
    /// Rows that one transaction looks at.
    #[arg(long, default_value_t = 500, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=5_000))]
    page_rows: i64,
    /// Stop after so many pages, with exit code 1 if any were left.
    #[arg(long, value_name = "N")]
    pages_max: Option<u64>,
}

pub(super) async fn run(
    owner: &Owner,
    settings: &ToolSettings,
    context: &Context,
    command: &EncryptionCommand,
) -> anyhow::Result<()> {
    let keys = datastores::key_ring(&settings.encryption);
    match command {
        EncryptionCommand::Status => status(owner, &keys).await,
        EncryptionCommand::Reencrypt(arguments) => Run::new(owner, &keys, context, arguments).all_columns().await,
    }
}

async fn status(owner: &Owner, keys: &KeyRing) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for column in &ENCRYPTED_COLUMNS {
        let mut values: BTreeMap<Option<String>, u64> = BTreeMap::new();
        let mut after = RowPosition::default();
        loop {
            let page = owner.count_keys(column, &after).await?;
            for (key, count) in page.values {
                *values.entry(key).or_default() += count;
            }
            let Some(next) = page.next else { break };
            after = next;
        }
        for (key, count) in values {
            let state = match &key {
                Some(key) if key == keys.current_id() => "current",
                Some(key) if keys.has(key) => "to be encrypted again",
                Some(_) => "unreadable: the key is missing",
                None => "unreadable: an earlier release wrote it",
            };
            rows.push([
                column.to_string(),
                key.unwrap_or_else(|| NO_KEY.to_owned()),
                count.to_string(),
                state.to_owned(),
            ]);
        }
    }
    show_table(["COLUMN", "KEY", "VALUES", "STATE"], rows.into_iter());
    Ok(())
}

/// One run of `reencrypt`.
struct Run<'a> {
    owner: &'a Owner,
    keys: &'a KeyRing,
    context: &'a Context,
    arguments: &'a ReencryptArguments,
    pages: u64,
    rewritten: u64,
    /// What is not under the current key at the end, one line for each column and reason.
    problems: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(owner: &'a Owner, keys: &'a KeyRing, context: &'a Context, arguments: &'a ReencryptArguments) -> Self {
        Self { owner, keys, context, arguments, pages: 0, rewritten: 0, problems: Vec::new() }
    }

    async fn all_columns(mut self) -> anyhow::Result<()> {
        let key = self.keys.current_id();
        for column in &ENCRYPTED_COLUMNS {
            self.column(column).await?;
        }
        say(&format!("{} values are encrypted again, under the key {key}", self.rewritten));
        if self.problems.is_empty() {
            say(&format!("every value that was looked at is encrypted under the key {key}"));
            return Ok(());
        }
        for problem in &self.problems {
            say(problem);
        }
        bail!("some values are not encrypted under the key {key}: keep the other keys, and see the lines above");
    }

    /// Goes over a column until a pass leaves nothing to another transaction.
    async fn column(&mut self, column: &ColumnEntry) -> anyhow::Result<()> {
        for pass in 0..PASSES_MAX {
            if pass > 0 {
                tokio::time::sleep(Duration::from_millis(PASS_DELAY_MS)).await;
            }
            let (left, unreadable) = self.pass(column).await?;
            if left == 0 {
                let remedy = column.remedy();
                let problem =
                    |(reason, count)| format!("{column}: {count} values stay as they are: {reason}; {remedy}");
                self.problems.extend(unreadable.into_iter().map(problem));
                return Ok(());
            }
        }
        self.problems.push(format!("{column}: some values were in use all the time: run this command again"));
        Ok(())
    }

    async fn pass(&mut self, column: &ColumnEntry) -> anyhow::Result<(u64, BTreeMap<String, u64>)> {
        let (mut looked_at, mut left, mut unreadable) = (0, 0, BTreeMap::new());
        let (mut after, rewritten_before) = (RowPosition::default(), self.rewritten);
        loop {
            ensure!(
                self.arguments.pages_max.is_none_or(|max| self.pages < max),
                "stopped after {} pages, {} values are encrypted again: run this command again for the rest",
                self.pages,
                self.rewritten
            );
            let page = self.page(column, &after).await?;
            self.pages += 1;
            self.rewritten += page.rewritten;
            looked_at += page.looked_at;
            left += page.left;
            for (reason, count) in page.unreadable {
                *unreadable.entry(reason).or_default() += count;
            }
            let is_end = page.next.is_none();
            if is_end || self.pages.is_multiple_of(PROGRESS_PAGES) {
                let rewritten = self.rewritten - rewritten_before;
                say(&format!("{column}: {looked_at} rows looked at, {rewritten} values encrypted again"));
            }
            match page.next {
                Some(next) => after = next,
                None => return Ok((left, unreadable)),
            }
        }
    }

    async fn page(&self, column: &ColumnEntry, after: &RowPosition) -> Result<ReencryptedPage, StoreError> {
        let mut attempt = 1;
        loop {
            let nonce = || Nonce::new(self.context.ids.random_bytes());
            match self.owner.reencrypt_page(column, self.keys, nonce, after, self.arguments.page_rows).await {
                Err(error) if error.is_transient() && attempt < PAGE_ATTEMPTS_MAX => attempt += 1,
                page => return page,
            }
        }
    }
}
