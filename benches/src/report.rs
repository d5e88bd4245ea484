//! Where results go: a section of the benchmarks' document, which each command rewrites alone, and a file of JSON.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;

const TITLE: &str = "# Benchmarks\n\nWritten by `./dev.sh bench`; not to be edited by hand. Figures are the median of the repeats with the \
least and the greatest:\n**median** [least - greatest].\n";

/// Where a command's results go.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Document whose section is rewritten.
    #[arg(long)]
    document: Option<PathBuf>,
    /// File for all figures as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

impl Output {
    /// Shows the text, and puts it and the results where they were asked for; a quick run leaves the document as it was.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub(crate) fn publish(&self, section: &str, text: &str, results: &impl Serialize, quick: bool) -> Result<()> {
        say(text);
        if let Some(file) = &self.json {
            write_json(file, results)?;
        }
        match &self.document {
            Some(_) if quick => say("--quick: the document stays as it was"),
            Some(document) => put_section(document, section, text)?,
            None => {}
        }
        Ok(())
    }
}

/// Puts `text` where the document has the section of that name; at its end when it has none.
///
/// # Errors
/// The file cannot be read or written.
fn put_section(document: &Path, name: &str, text: &str) -> Result<()> {
    let old = match std::fs::read_to_string(document) {
        Ok(old) => old,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => TITLE.to_owned(),
        Err(error) => return Err(error).with_context(|| document.display().to_string()),
    };
    std::fs::write(document, with_section(&old, name, text)).with_context(|| document.display().to_string())
}

fn with_section(old: &str, name: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->\n"));
    let section = format!("{begin}{}\n{end}", text.trim_end());
    match old.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1))) {
        Some((before, after)) => format!("{before}{section}{after}"),
        None => format!("{}\n\n{section}", old.trim_end()),
    }
}

/// Writes the whole result as JSON.
///
/// # Errors
/// The file cannot be written.
fn write_json(file: &Path, result: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(result)?;
    text.push('\n');
    std::fs::write(file, text).with_context(|| file.display().to_string())
}

/// A table of the document: the first row is its head.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
        if index == 0 {
            text.push_str(&format!("|{}\n", "---|".repeat(row.len())));
        }
    }
    text
}

/// Tells the person who waits what happens.
#[expect(clippy::print_stdout, reason = "a command line tool speaks on standard output")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_added_once_and_then_replaced_alone() {
        let first = with_section("# Title\n", "queue", "one\n");
        let both = with_section(&first, "orders", "two");
        let again = with_section(&both, "queue", "three");
        assert_eq!(again, both.replace("one", "three"));
        assert!(again.starts_with("# Title\n\n<!-- queue: begin -->\nthree\n<!-- queue: end -->\n"), "{again}");
    }
}
