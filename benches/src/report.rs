//! Writes results: one section of the benchmarks' document per command, and a JSON file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;

const TITLE: &str = "# Benchmarks\n\nWritten by `./dev.sh bench`; not to be edited by hand. Figures are the median of the repeats with the \
least and the greatest:\n**median** [least - greatest].\n";

/// Options that say where a command's results are written.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// The document whose section is replaced.
    #[arg(long)]
    document: Option<PathBuf>,
    /// The JSON file for all results.
    #[arg(long)]
    json: Option<PathBuf>,
}

impl Output {
    /// Prints the text and writes it and the results to the chosen files. A quick run leaves the document unchanged.
    ///
    /// # Errors
    /// Fails when a file cannot be read or written.
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

/// Replaces the section of that name with `text`, or appends it if the document has no such section.
///
/// # Errors
/// Fails when the file cannot be read or written.
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
/// Fails when the file cannot be written.
fn write_json(file: &Path, result: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(result)?;
    text.push('\n');
    std::fs::write(file, text).with_context(|| file.display().to_string())
}

/// Formats a Markdown table; the first row is its header.
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

/// Prints progress for the person who runs the benchmark.
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
