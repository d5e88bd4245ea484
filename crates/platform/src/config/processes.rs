//! Which process reads which variables, for those who deploy: `deploy/environment.json`, which `./dev.sh gen` writes and to which
//! `./dev.sh lint` holds the container files. Refuses: values, since secrets are among them.

use serde_json::{Value, json};

use super::{ApiSettings, SandboxSettings, SchedulerSettings, Section, ToolSettings, WorkersSettings};

/// Every process with the sections that it reads. `loyalnest` is the operators' command, which also migrates.
const PROCESSES: &[(&str, &[Section])] = &[
    ("api", ApiSettings::SECTIONS),
    ("workers", WorkersSettings::SECTIONS),
    ("scheduler", SchedulerSettings::SECTIONS),
    ("sandbox", SandboxSettings::SECTIONS),
    ("loyalnest", ToolSettings::SECTIONS),
];

/// Returns the text of `deploy/environment.json`: for each process its variables, and of each whether it must be set and whether
/// it is a secret.
#[must_use]
pub fn environment_json() -> String {
    let processes: Value = PROCESSES.iter().map(|(process, sections)| ((*process).to_owned(), of(sections))).collect();
    format!("{processes:#}\n")
}

fn of(sections: &[Section]) -> Value {
    let fields = sections.iter().flat_map(|section| section.fields);
    fields
        .map(|field| {
            let required = field.default.is_none() && !field.optional;
            (field.env.to_owned(), json!({ "required": required, "secret": field.secret }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_that_of_the_structs() {
        let committed = include_str!("../../../../deploy/environment.json");
        assert!(committed == environment_json(), "deploy/environment.json is out of date: run ./dev.sh gen");
    }

    #[test]
    fn a_process_is_given_what_it_reads_only() {
        let document: Value = serde_json::from_str(&environment_json()).unwrap();
        assert_eq!(document["workers"]["PII_KEY"], json!({ "required": true, "secret": true }));
        assert_eq!(document["scheduler"]["PII_KEY"], Value::Null);
        assert_eq!(document["api"]["WEBHOOK_GROUP_COMMIT_MS"], json!({ "required": false, "secret": false }));
    }
}
