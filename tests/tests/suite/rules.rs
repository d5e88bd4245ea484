//! The repository's own rules: who may import whom, what stands where, and that documents say what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jobs::JobKind;
use platform::config::{SECTIONS, env_example};
use serde_json::Value;
use tests::environment::root;

const SOURCE_LINES_MAX: usize = 400;
const MAIN_LINES_MAX: usize = 40;
const ARCHITECTURE_LINES_MAX: usize = 200;
/// Folders that are not ours to judge.
const SKIPPED: [&str; 5] = ["target", ".git", ".dev", "node_modules", ".sqlx"];

/// ARCHITECTURE.md, "who may import whom".
fn may_import() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let roles = ["domain", "store", "shopify", "jobs", "partners", "platform", "datastores", "messages"];
    let all = [
        "domain",
        "store",
        "shopify",
        "jobs",
        "partners",
        "platform",
        "datastores",
        "messages",
        "api",
        "workers",
        "scheduler",
        "cli",
        "sandbox",
    ];
    [
        ("domain", &[][..]),
        ("platform", &[]),
        ("store", &["domain"]),
        ("shopify", &["domain"]),
        ("jobs", &["domain"]),
        ("messages", &["domain"]),
        // The sandbox only in its tests.
        ("partners", &["domain", "platform", "sandbox"]),
        ("datastores", &["domain", "store", "jobs", "partners", "platform"]),
        ("api", &roles),
        ("workers", &roles),
        ("cli", &roles),
        ("scheduler", &roles),
        ("sandbox", &["platform"]),
        ("tests", &all),
        ("benches", &all),
    ]
    .into_iter()
    .map(|(name, imports)| (name, imports.iter().copied().collect()))
    .collect()
}

/// Libraries that these crates alone may use (`tests` and `benches` may use sqlx, to look past the store).
const ONLY: [(&str, &[&str]); 4] = [
    ("sqlx", &["store", "tests", "benches"]),
    ("poem", &["api"]),
    ("poem-openapi", &["api"]),
    ("apalis", &["workers"]),
];

fn packages() -> Vec<Value> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root()).args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

#[test]
fn crates_import_only_what_the_architecture_allows() {
    let may = may_import();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let allowed = may.get(name).unwrap_or_else(|| panic!("crate {name} is not in the architecture's table"));
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = dependency["name"].as_str().unwrap();
            let ours = dependency["path"].is_string();
            assert!(!ours || used == name || allowed.contains(used), "{name} must not import {used}");
            if let Some((_, owners)) = ONLY.iter().find(|(library, _)| *library == used) {
                assert!(owners.contains(&name), "{used} belongs to {owners:?}, but {name} uses it");
            }
        }
    }
}

/// All files below the root with this ending, by their path from it.
fn files(ending: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !SKIPPED.contains(&name.as_str()) {
                walk(&path, ending, found);
            } else if path.is_file() && name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(root(), ending, &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).unwrap())
    };
    found.into_iter().map(read).collect()
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_source_file_says_what_it_is_for_and_has_one_room() {
    let mut wrong = Vec::new();
    for (path, source) in files(".rs") {
        let lines = source.lines().count();
        if !source.starts_with("//! ") {
            wrong.push(format!("{path} does not begin with //!"));
        }
        if lines > SOURCE_LINES_MAX {
            wrong.push(format!("{path} has {lines} lines"));
        }
        if path.ends_with("src/main.rs") && lines > MAIN_LINES_MAX {
            wrong.push(format!("{path} has {lines} lines: what a main does belongs in its library"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_platform_reads_the_environment() {
    // By folder or file; the tests' own two are told of their servers there.
    let allowed = ["crates/platform/src/config/", "jobs/src/testing.rs", "tests/src/environment.rs"];
    let reads = ["env::var", "env::vars", "env::var_os", "dotenv"];
    for (path, source) in files(".rs") {
        let named = path == "tests/tests/suite/rules.rs" || allowed.iter().any(|start| path.starts_with(start));
        assert!(named || !reads.iter().any(|read| source.contains(read)), "{path} reads the environment");
    }
}

#[test]
fn only_the_store_holds_sql() {
    for (path, source) in files(".rs") {
        let ours = ["crates/store/", "tests/", "benches/"].iter().any(|start| path.starts_with(start));
        assert!(ours || !source.contains("sqlx::"), "{path} uses sqlx");
    }
}

#[test]
fn the_example_environment_is_that_of_the_structs() {
    assert_eq!(text(".env.example"), env_example(SECTIONS), "run ./dev.sh gen");
}

#[test]
fn migrations_go_forward_without_gaps() {
    let mut names: Vec<String> =
        files(".sql").into_iter().map(|(path, _)| path).filter(|path| path.starts_with("migrations/")).collect();
    names.sort();
    for (n, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("migrations/{:04}_", n + 1)), "{name} is not number {}", n + 1);
        assert!(!name.contains("down"), "{name}: there is no way back");
    }
    for (path, sql) in files(".sql").into_iter().filter(|(path, _)| path.starts_with("migrations/")) {
        let begins = sql.trim_start().starts_with("--");
        assert!(begins, "{path} does not say what it is for");
    }
}

#[test]
fn every_job_kind_has_payload_handler_and_frozen_sample_of_its_name() {
    for kind in JobKind::ALL {
        let name = kind.name().replace('-', "_");
        for path in [format!("jobs/src/payloads/{name}.rs"), format!("workers/src/handlers/{name}.rs")] {
            assert!(root().join(&path).is_file(), "{kind} has no {path}");
        }
        for version in 1..=kind.payload_version() {
            let path = format!("jobs/tests/samples/{kind}.v{version}.json");
            assert!(root().join(&path).is_file(), "{kind} has no {path}");
        }
    }
    let named = |folder: &str| {
        let names = files(".rs")
            .into_iter()
            .filter_map(|(path, _)| Some(path.strip_prefix(folder)?.strip_suffix(".rs")?.to_owned()));
        names.filter(|name| name != "mod" && !name.contains('/')).collect::<BTreeSet<_>>()
    };
    assert_eq!(named("jobs/src/payloads/"), named("workers/src/handlers/"));
}

#[test]
fn the_architecture_is_short_and_names_files_that_exist() {
    let architecture = text("ARCHITECTURE.md");
    assert!(architecture.lines().count() <= ARCHITECTURE_LINES_MAX);
    let words = architecture.split(|c: char| c.is_whitespace() || "`()[],;:".contains(c));
    for word in words.filter(|word| {
        word.contains('/') && [".rs", ".sql", ".sh", ".toml", ".md", ".lua"].iter().any(|ending| word.ends_with(ending))
    }) {
        let word = word.trim_end_matches('.');
        assert!(
            word.contains('*') || word.contains('<') || root().join(word).exists(),
            "ARCHITECTURE.md names {word}, which is not there"
        );
    }
    for name in may_import().keys() {
        assert!(architecture.contains(name), "ARCHITECTURE.md does not name {name}");
    }
}

#[test]
fn the_commands_that_help_lists_exist_and_ci_runs_lint_and_test() {
    let script = text("dev.sh");
    let (_, usage) = script.split_once("./dev.sh COMMAND").unwrap();
    let (usage, rest) = usage.split_once("\nTEXT").unwrap();
    let (_, dispatch) = rest.split_once("case $command in").unwrap();
    let listed: BTreeSet<&str> = usage
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let known: BTreeSet<&str> = dispatch
        .lines()
        .map_while(|line| (line.trim() != "*)").then_some(line.trim()))
        .filter_map(|line| line.split([')', ' ']).next())
        .filter(|word| !word.is_empty())
        .collect();
    assert_eq!(listed, known);
    let ci = text(".ci/run");
    assert!(ci.contains("./dev.sh lint") && ci.contains("./dev.sh test"), "{ci}");
}

#[test]
fn every_ban_has_its_reason() {
    for line in text("clippy.toml").lines().filter(|line| line.trim_start().starts_with("{ path")) {
        assert!(line.contains("reason = \""), "{line}");
    }
}
