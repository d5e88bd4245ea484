//! Recorded requests to a real store, sent to the sandbox, whose answers must be the store's, ids and times aside. The records
//! are others' data: SHOPIFY_CAPTURES names their folder where a developer has them; elsewhere the test says that it is skipped.

use std::collections::BTreeMap;
use std::path::Path;

use platform::config::environment;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::shopify::{send, token};
use crate::support::{TestSandbox, json as body};

const SHOP: &str = "demo.myshopify.com";

/// A recorded request and its answer.
struct Step {
    name: String,
    query: String,
    variables: Value,
    answer: Value,
}

/// Files whose requests stand beside their answers.
const BESIDE: [&str; 9] = [
    "discount-validation-branches",
    "discount-value-bounds",
    "discount-code-required-blank-validation",
    "discount-combines-with-validation",
    "discount-amount-applies-on-each-item",
    "store-credit-account-parity",
    "store-credit-account-unknown-id-user-errors",
    "metafields-set-delete-app-namespace-resolution",
    "bulk-operation-run-query-user-error-codes",
];

/// Files whose requests stand apart: the name of a request, and where its answer is.
const APART: [(&str, &[(&str, &str)]); 3] = [
    (
        "discount-code-basic-lifecycle",
        &[
            ("create", "create"),
            ("update", "update"),
            ("deactivate", "deactivate"),
            ("read", "readAfterDeactivate"),
            ("activate", "activate"),
            ("delete", "cleanup"),
            ("read", "readAfterDelete"),
        ],
    ),
    (
        "discount-free-shipping-lifecycle",
        &[
            ("codeCreate", "codeCreate"),
            ("codeOmittedFieldsCreate", "codeOmittedFieldsCreate"),
            ("codeOmittedFieldsUpdate", "codeOmittedFieldsUpdate"),
            ("codeUpdate", "codeUpdate"),
            ("automaticCreate", "automaticCreate"),
            ("codeDeactivate", "codeDeactivate"),
            ("codeActivate", "codeActivate"),
            ("codeDelete", "codeDelete"),
        ],
    ),
    (
        "discount-redeem-code-bulk",
        &[("create", "create"), ("add", "add"), ("delete", "deleteCodes"), ("cleanup", "cleanup")],
    ),
];

/// What we do not have and do not mean to: reads that fill a cache, records of products, and bulk changes of automatic ones.
const LEFT_OUT: [&str; 5] =
    ["productCreate", "productDelete", "taxExemptions", "discountAutomaticBulkDelete", "discountNodes("];

/// How steps of one file follow each other where it matters; what is not named comes first.
const ORDER: [&str; 18] = [
    ".appPrefixedSet",
    ".postAppPrefixedSetRead",
    ".missingNamespaceSet",
    ".postMissingNamespaceSetRead",
    ".appPrefixedDelete",
    ".postDeleteRead",
    ".createCustomer",
    ".setup",
    ".validations",
    ".mutation",
    "parity.debit",
    ".downstreamRead",
    ".coldExisting.customerCredit",
    ".coldExisting.customerReadback",
    ".coldExisting.accountDebit",
    ".coldExisting",
    ".cleanup.debit",
    ".cleanup",
];

#[tokio::test]
async fn recorded_requests_are_answered_as_the_store_did() {
    let Some(folder) = environment("SHOPIFY_CAPTURES") else {
        eprintln!("skipped: SHOPIFY_CAPTURES does not name a folder of recorded requests, so none is replayed");
        return;
    };
    let (mut replayed, mut differences) = (0, Vec::new());
    for name in BESIDE.into_iter().chain(APART.iter().map(|(name, _)| *name)) {
        let text = std::fs::read_to_string(Path::new(&folder).join(format!("{name}.json"))).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let mut steps = Vec::new();
        match APART.iter().find(|(apart, _)| *apart == name) {
            Some((_, pairs)) => steps.extend(pairs.iter().map(|pair| apart(&file, *pair))),
            None => beside(&file, name, &mut steps),
        }
        replayed += replay(name, steps, &mut differences).await;
    }
    assert!(differences.is_empty(), "{} of {replayed}:\n{}", differences.len(), differences.join("\n"));
    assert!(replayed >= 75, "{replayed}");
}

fn apart(file: &Value, (request, answer): (&str, &str)) -> Step {
    let asked = &file["requests"][request];
    let mut variables = asked["variables"].clone();
    if variables.is_null() {
        variables = json!({ "id": file["variables"]["id"], "code": file["variables"]["updatedCode"] });
    }
    let answer_value = answered(&file[answer]).unwrap_or_else(|| panic!("no answer at {answer}"));
    Step {
        name: answer.to_owned(),
        query: asked["query"].as_str().unwrap().to_owned(),
        variables,
        answer: answer_value,
    }
}

/// Finds the steps of a file in its order.
fn beside(value: &Value, name: &str, steps: &mut Vec<Step>) {
    let Some(object) = value.as_object() else {
        for (index, value) in value.as_array().into_iter().flatten().enumerate() {
            beside(value, &format!("{name}[{index}]"), steps);
        }
        return;
    };
    let asked = if object.get("query").is_some_and(Value::is_string) { value } else { &value["request"] };
    if let (Some(query), Some(answer)) = (asked["query"].as_str().filter(|query| query.contains('{')), answered(value))
    {
        steps.push(Step {
            name: name.to_owned(),
            query: query.to_owned(),
            variables: asked["variables"].clone(),
            answer,
        });
        return;
    }
    for (key, value) in object.iter().filter(|(key, _)| !["upstreamCalls", "requests"].contains(&key.as_str())) {
        beside(value, &format!("{name}.{key}"), steps);
    }
}

fn answered(value: &Value) -> Option<Value> {
    let is_answer = |value: &&Value| value.get("data").is_some() || value.get("errors").is_some();
    let paths = ["/response", "/payload", "/result", "/response/payload", "/response/body", ""];
    paths.iter().filter_map(|path| value.pointer(path)).find(is_answer).cloned()
}

async fn replay(file: &str, mut steps: Vec<Step>, differences: &mut Vec<String>) -> usize {
    let test = TestSandbox::start().await;
    test.clock.set("2026-07-30T00:00:00Z".parse().unwrap());
    let settings = test
        .request(Method::PUT, &format!("/_sandbox/shopify/{SHOP}"))
        .json(&json!({ "currency": "CAD", "restore_rate": 1e6 }));
    assert_eq!(settings.send().await.unwrap().status(), 200);
    let token = token(&test, SHOP).await;
    // Our JSON maps are sorted, so that two unknown fields are told in another order.
    steps.retain(|step| {
        !LEFT_OUT.iter().any(|word| step.query.contains(word)) && !step.name.ends_with("unsupportedDebitFields")
    });
    // Keys are sorted in what we read; this is how the steps followed each other.
    steps.sort_by_key(|step| ORDER.iter().position(|part| step.name.contains(part)));
    let (mut same, mut replayed) = (BTreeMap::new(), 0);
    for step in steps {
        // Shopify lets a union stand without a selection; no document of ours does.
        let query: Vec<&str> = step.query.lines().filter(|line| line.trim() != "origin").collect();
        let query = query.join("\n");
        let whole = query.len() + 1 >= step.query.len();
        let expected = if whole { step.answer.clone() } else { without_origin(&step.answer) };
        let variables = renamed(&step.variables, &same);
        let answer = body(send(&test, SHOP, &token, &query, variables).await).await;
        let mut found = Vec::new();
        for part in ["data", "errors"] {
            compare(&expected[part], &answer[part], part, &mut same, &mut found);
        }
        let cost = |answer: &Value| answer["extensions"]["cost"]["requestedQueryCost"].clone();
        if whole && cost(&expected) != cost(&answer) {
            found.push(format!("cost {} and not {}", cost(&answer), cost(&expected)));
        }
        differences.extend(found.into_iter().map(|found| format!("{file} {}: {found}", step.name)));
        replayed += 1;
    }
    replayed
}

fn without_origin(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let kept = object.iter().filter(|(key, _)| *key != "origin");
            Value::Object(kept.map(|(key, value)| (key.clone(), without_origin(value))).collect::<Map<_, _>>())
        }
        Value::Array(list) => list.iter().map(without_origin).collect(),
        other => other.clone(),
    }
}

/// Puts our ids in place of the store's.
fn renamed(value: &Value, same: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => same.get(text).unwrap_or(text).clone().into(),
        Value::Array(list) => list.iter().map(|value| renamed(value, same)).collect(),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (key.clone(), renamed(value, same))).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// Compares an answer with the store's. Ids of a kind, times and cursors count as equal; ids are remembered.
fn compare(real: &Value, ours: &Value, at: &str, same: &mut BTreeMap<String, String>, found: &mut Vec<String>) {
    match (real, ours) {
        (Value::Object(real), Value::Object(other)) => {
            let keys = real.keys().chain(other.keys().filter(|key| !real.contains_key(*key)));
            for key in keys {
                compare(
                    &real.get(key).cloned().unwrap_or(json!("absent")),
                    &ours[key],
                    &format!("{at}.{key}"),
                    same,
                    found,
                );
            }
        }
        (Value::Array(real), Value::Array(other)) if real.len() == other.len() => {
            for (index, (real, ours)) in real.iter().zip(other).enumerate() {
                compare(real, ours, &format!("{at}[{index}]"), same, found);
            }
        }
        (Value::String(real), Value::String(ours)) if real != ours => {
            let kind = |text: &str| {
                text.strip_prefix("gid://shopify/").and_then(|rest| rest.split('/').next()).map(str::to_owned)
            };
            let is_time = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().is_ok();
            if kind(real).is_some() && kind(real) == kind(ours) {
                same.insert(real.clone(), ours.clone());
            } else if !(is_time(real) && is_time(ours)
                || real.starts_with("eyJ") && ours.starts_with("eyJ")
                || same.get(real) == Some(ours))
            {
                found.push(format!("{at} is {ours:?} and not {real:?}"));
            }
        }
        (Value::Number(real), Value::Number(ours)) if real.as_f64() == ours.as_f64() => {}
        (real, ours) if real == ours => {}
        (real, ours) => found.push(format!("{at} is {ours} and not {real}")),
    }
}
