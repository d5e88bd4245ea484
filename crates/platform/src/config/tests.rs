//! What configuration promises: all mistakes at once, remedies, no secret in print, and a true `.env.example`.

use std::collections::BTreeMap;

use super::*;

const PII_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const INDEX_KEY: &str = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

const OTHER_KEY: &str = "ee112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn complete() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("DATABASE_URL", "postgres://owner:hunter2@db.internal:5432/loyalnest?sslpassword=hunter2"),
        ("APP_DATABASE_URL", "postgres://loyalnest_app:hunter2@127.0.0.1:5432/loyalnest"),
        ("REDIS_URL", "redis://:hunter2@127.0.0.1:6379/0"),
        ("PII_KEY", PII_KEY),
        ("EMAIL_INDEX_KEY", INDEX_KEY),
        ("SHOPIFY_API_SECRET", "hunter2-shopify-secret"),
        ("ADMIN_TOKEN", "hunter2-admin-token-long"),
    ])
}

fn api(variables: &BTreeMap<&'static str, &'static str>) -> Result<ApiSettings, ConfigErrors> {
    ApiSettings::from_lookup(|name| variables.get(name).map(ToString::to_string))
}

fn workers(variables: &BTreeMap<&'static str, &'static str>) -> Result<WorkersSettings, ConfigErrors> {
    WorkersSettings::from_lookup(|name| variables.get(name).map(ToString::to_string))
}

/// What the processes that read these variables say of them.
fn problem(changes: &[(&'static str, &'static str)]) -> String {
    let mut variables = complete();
    variables.extend(changes.iter().copied());
    let refused = [api(&variables).err(), workers(&variables).err()].map(|errors| errors.map(|all| all.to_string()));
    assert!(refused.iter().any(Option::is_some), "these variables must be refused");
    refused.into_iter().flatten().collect()
}

#[test]
fn defaults_fill_what_is_not_set() {
    let settings = api(&complete()).unwrap();
    assert_eq!(settings.api.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(settings.api.group_commit().as_millis(), 8);
    assert_eq!(settings.redis.key_prefix, "ln");
    assert_eq!(settings.shopify.api_secret_previous, None);
    assert_eq!(workers(&complete()).unwrap().encryption.pii_key.expose().to_hex(), PII_KEY);
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let mut variables = complete();
    variables.insert("LOYALNEST_API_ADDR", "  ");
    assert_eq!(api(&variables).unwrap().api.addr.port(), 3000);
    variables.insert("ADMIN_TOKEN", "");
    assert!(api(&variables).unwrap_err().to_string().contains("ADMIN_TOKEN: is not set"));
}

#[test]
fn all_mistakes_are_reported_together_across_sections_with_remedies() {
    let errors = ApiSettings::from_lookup(|name| (name == "LOG_FORMAT").then(|| "yaml".to_owned())).unwrap_err();
    let named: Vec<&str> = errors.0.iter().map(|error| error.env).collect();
    assert_eq!(named, ["ADMIN_TOKEN", "APP_DATABASE_URL", "REDIS_URL", "SHOPIFY_API_SECRET", "PII_KEY", "LOG_FORMAT"]);
    let text = errors.to_string();
    assert!(text.contains("REDIS_URL: is not set: set it to this: URL of Redis 7"), "{text}");
    assert!(text.contains("LOG_FORMAT: must be `json` or `text`, but is `yaml`"), "{text}");
}

#[test]
fn values_are_held_to_their_types_and_bounds() {
    for (variable, value, reason) in [
        ("LOYALNEST_API_ADDR", "localhost", "must be an address with a port"),
        ("WEBHOOK_GROUP_COMMIT_MS", "-1", "must be a whole number"),
        ("WEBHOOK_GROUP_COMMIT_MS", "101", "must be from 0 to 100, but is `101`"),
        ("DATABASE_CONNECTIONS_MAX", "0", "must be from 1 to 500"),
        ("REDIS_URL", "127.0.0.1:6379", "must be a URL"),
        ("PII_KEY", "zz", "must be 64 hexadecimal digits"),
        ("REDIS_KEY_PREFIX", "a:b", "must be letters, digits"),
    ] {
        let text = problem(&[(variable, value)]);
        assert!(text.contains(&format!("{variable}: {reason}")), "{text}");
    }
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    assert!(problem(&[("EMAIL_INDEX_KEY", PII_KEY)]).contains("must differ from PII_KEY"));
    assert!(problem(&[("ADMIN_TOKEN", "short")]).contains("at least 16 characters"));
    assert!(problem(&[("SHOPIFY_API_SECRET_PREVIOUS", "hunter2-shopify-secret")]).contains("leave it empty"));
}

#[test]
fn no_secret_is_printed_in_any_way() {
    let settings = api(&complete()).unwrap();
    let tool = ToolSettings::from_lookup(|name| complete().get(name).map(ToString::to_string))
        .expect("a complete environment");
    let workers = workers(&complete()).unwrap();
    let refused = problem(&[("PII_KEY", "hunter2"), ("REDIS_URL", "hunter2")]);
    let printed = [settings.to_string(), format!("{settings:?}"), workers.to_string(), format!("{workers:?}")];
    for printed in printed.into_iter().chain([tool.to_string(), format!("{tool:?}"), refused]) {
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(!printed.contains(PII_KEY), "{printed}");
    }
    assert!(settings.to_string().contains("APP_DATABASE_URL=postgres://loyalnest_app:***@127.0.0.1:5432/loyalnest\n"));
    assert!(settings.to_string().contains("SHOPIFY_API_SECRET_PREVIOUS=(not set)\n"));
}

#[test]
fn every_variable_is_documented_once() {
    let mut names: Vec<&str> = Vec::new();
    for section in SECTIONS {
        for field in section.fields {
            assert!(!field.doc.trim().is_empty(), "{} has no doc", field.env);
            assert!(!(field.optional && field.default.is_some()), "{} is optional and has a default", field.env);
            assert!(!(field.secret && field.default.is_some()), "{} is secret and has a default", field.env);
            names.push(field.env);
        }
    }
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "a variable stands in two sections");
    let used = [ApiSettings::SECTIONS, WorkersSettings::SECTIONS, SchedulerSettings::SECTIONS, ToolSettings::SECTIONS];
    for section in used.iter().flat_map(|sections| sections.iter()) {
        assert!(SECTIONS.iter().any(|known| known.name == section.name), "{} is not in SECTIONS", section.name);
    }
}

#[test]
fn every_default_is_valid() {
    let required = complete();
    let lookup = |name: &str| required.get(name).map(ToString::to_string);
    assert!(ApiSettings::from_lookup(lookup).is_ok());
    assert!(WorkersSettings::from_lookup(lookup).is_ok());
    assert!(SchedulerSettings::from_lookup(lookup).is_ok());
}

#[test]
fn the_example_file_is_that_of_the_structs() {
    let written = include_str!("../../../../.env.example");
    assert!(written == env_example(SECTIONS), ".env.example is out of date: run ./dev.sh gen");
}

#[test]
fn help_names_every_variable_with_its_default() {
    let help = WorkersSettings::help();
    assert!(help.contains("WORKERS_CONCURRENCY [default: 2]"), "{help}");
    assert!(help.contains("APP_DATABASE_URL [required]"), "{help}");
}

#[test]
fn only_processes_that_use_a_key_are_given_it() {
    let has = |sections: &[Section], wanted: Section| sections.iter().any(|section| section.name == wanted.name);
    for (sections, encrypts, finds_addresses) in [
        (ApiSettings::SECTIONS, true, false),
        (WorkersSettings::SECTIONS, true, true),
        (SchedulerSettings::SECTIONS, false, false),
        (ToolSettings::SECTIONS, true, false),
    ] {
        assert_eq!(has(sections, EncryptionConfig::SECTION), encrypts);
        assert_eq!(has(sections, EmailIndexConfig::SECTION), finds_addresses);
    }
}

#[test]
fn keys_that_only_decrypt_are_read_with_their_names() {
    let read_keys: &'static str = format!("k0:{INDEX_KEY}").leak();
    let mut variables = complete();
    variables.extend([("PII_READ_KEYS", read_keys), ("EMAIL_INDEX_KEY", OTHER_KEY)]);
    let encryption = workers(&variables).unwrap().encryption;
    let named: Vec<_> = encryption.read_keys().map(|(name, key)| (name.as_str(), key.expose().to_hex())).collect();
    assert_eq!(named, [("k0", INDEX_KEY.to_owned())]);
    assert!(!format!("{encryption:?}{encryption}").contains(INDEX_KEY));
}

#[test]
fn keys_that_cannot_be_distinguished_are_refused() {
    let same_name = format!("k0:{OTHER_KEY},k1:{INDEX_KEY}").leak();
    let same_key = format!("k0:{PII_KEY}").leak();
    let index_key = format!("k0:{INDEX_KEY}").leak();
    for (variable, value, reason) in [
        ("PII_READ_KEYS", &*same_name, "names the key `k1` twice, or the current one"),
        ("PII_READ_KEYS", &*same_key, "one key under two names"),
        ("PII_READ_KEYS", "k0", "must be NAME:DIGITS"),
        ("PII_READ_KEYS", "k0:hunter2", "must be 64 hexadecimal digits"),
        ("PII_KEY_ID", "k", "must be 2 to 16 letters"),
        ("PII_KEY_ID", "k 1", "must be 2 to 16 letters"),
    ] {
        let text = problem(&[(variable, value)]);
        assert!(text.contains(reason), "{text}");
        assert!(!text.contains("hunter2") && !text.contains(OTHER_KEY), "{text}");
    }
    let text = problem(&[("PII_READ_KEYS", &*index_key)]);
    assert!(text.contains("EMAIL_INDEX_KEY: must differ"), "{text}");
}
