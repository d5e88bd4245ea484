//! Configuration: documented structs read from the environment, once, at the start. All mistakes are reported together,
//! each with its remedy; secrets never appear in print. `sections` holds the structs, `macros` what makes them.
//! This module is the only place of the repository that reads environment variables.

mod cron;
mod keys;
mod macros;
mod ops;
mod partners;
mod processes;
mod sandbox;
mod sections;
mod value;

use std::fmt;

pub use cron::CronRule;
pub use keys::{EmailIndexConfig, EncryptionConfig, KeyId, NamedKeys};
pub use ops::OpsConfig;
pub use partners::{BaseUrl, PartnersConfig};
pub use processes::environment_json;
pub use sandbox::SandboxConfig;
pub use sections::{
    ApiConfig, ApiSettings, CronConfig, DatabaseConfig, OwnerDatabaseConfig, RedisConfig, RetentionConfig, SECTIONS,
    SandboxSettings, SchedulerConfig, SchedulerSettings, ShopifyConfig, TelemetryConfig, ToolSettings, WorkersConfig,
    WorkersSettings,
};
pub use value::{Key32, LogFormat, Secret, ServiceUrl, Value};

/// What is known about one variable without reading it: the source of `.env.example` and of `--help`.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The environment variable.
    pub env: &'static str,
    /// The doc comment of the struct's field.
    pub doc: &'static str,
    /// The value when the variable is not set. `None`: required, unless `optional`.
    pub default: Option<&'static str>,
    /// Whether the value must never be printed.
    pub secret: bool,
    /// Whether the variable may be absent without a default.
    pub optional: bool,
}

/// A documented group of variables.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// The struct's name.
    pub name: &'static str,
    /// The struct's doc comment.
    pub doc: &'static str,
    /// Its variables, in the order of the struct.
    pub fields: &'static [Field],
}

/// One mistake in the configuration, with its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The variable, or the first of those that contradict each other.
    pub env: &'static str,
    /// What is wrong and what to do, without the value of a secret.
    pub problem: String,
}

/// Every mistake in the configuration of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the configuration has {} mistake(s):", self.0.len())?;
        for error in &self.0 {
            write!(formatter, "\n  {}: {}", error.env, error.problem)?;
        }
        write!(formatter, "\n(`.env.example` describes every variable; `. .dev/env` sets those of ./dev.sh up)")
    }
}

/// Reads variables and gathers mistakes. Made by [`macros`]; roles call `Settings::from_env()`.
pub struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<ConfigError>,
}

impl<'a> Reader<'a> {
    /// A reader over `lookup`. A variable set to the empty string counts as not set.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, errors: Vec::new() }
    }

    /// Reads one field; on a mistake notes it and answers `None`.
    pub fn field<T: Value>(&mut self, field: &Field, in_range: impl Fn(&T) -> Result<(), String>) -> Option<T> {
        let set = (self.lookup)(field.env).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let parsed = match set.as_deref().or(field.default) {
            None => T::absent().ok_or_else(|| format!("is not set: {}", remedy(field.doc))),
            Some(text) => T::parse(text).and_then(|value| in_range(&value).map(|()| value)).map_err(|reason| {
                if field.secret {
                    format!("{reason} (the value is not shown)")
                } else {
                    format!("{reason}, but is `{text}`")
                }
            }),
        };
        parsed.map_err(|problem| self.note(field.env, problem)).ok()
    }

    /// Notes a mistake.
    pub fn note(&mut self, env: &'static str, problem: impl Into<String>) {
        self.errors.push(ConfigError { env, problem: problem.into() });
    }

    /// All mistakes, or `value`.
    ///
    /// # Errors
    /// When any mistake was noted.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, ConfigErrors> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(ConfigErrors(self.errors)),
        }
    }
}

fn remedy(doc: &str) -> String {
    let first_line = doc.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    format!("set it to this: {first_line}")
}

/// The lookup over the process's environment.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The text of `.env.example` for these sections.
#[must_use]
pub fn env_example(sections: &[Section]) -> String {
    let mut text = String::from(
        "# Every variable of every process, with its default. Generated from crates/platform/src/config/sections.rs by\n\
         # `./dev.sh gen`; a test holds it to the structs. `./dev.sh up` writes a complete set to .dev/env by itself.\n",
    );
    for section in sections {
        text.push_str(&format!("\n# {}: {}\n", section.name, one_line(section.doc)));
        for field in section.fields {
            let kind = match (field.default.is_none() && !field.optional, field.secret) {
                (true, true) => " Required. Secret.",
                (true, false) => " Required.",
                (false, true) => " Secret.",
                (false, false) => "",
            };
            text.push_str(&format!("# {}{kind}\n", one_line(field.doc)));
            let comment = if field.optional { "# " } else { "" };
            text.push_str(&format!("{comment}{}={}\n", field.env, quoted(field.default.unwrap_or_default())));
        }
    }
    text
}

/// A value as a shell reads it from a file of variables.
fn quoted(value: &str) -> String {
    if value.contains([' ', '*', ';']) { format!("'{value}'") } else { value.to_owned() }
}

/// The variables of these sections as a table for `--help`.
#[must_use]
pub fn help(sections: &[Section]) -> String {
    let mut text = String::from("Configuration (environment variables):\n");
    for field in sections.iter().flat_map(|section| section.fields) {
        let default = match field.default {
            Some(default) => format!(" [default: {default}]"),
            None if field.optional => " [optional]".to_owned(),
            None => " [required]".to_owned(),
        };
        text.push_str(&format!("  {}{default}\n      {}\n", field.env, one_line(field.doc)));
    }
    text
}

fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
