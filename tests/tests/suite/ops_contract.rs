//! The queue monitor's API is that of the contract from which the front end's client is generated: the same operations, parameters
//! and schemas. What the contract has and the api does not serve yet is listed here, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Map, Value, json};
use tests::environment::root;

/// Operations of the contract that are not served yet: their pages say so.
const NOT_SERVED: [&str; 12] = [
    "changeSchedule",
    "closeCircuit",
    "getSeries",
    "getTimeline",
    "getWebhook",
    "getWebhookBody",
    "listCircuits",
    "listTicks",
    "revealPayload",
    "retryWebhook",
    "runSchedule",
    "listWebhooks",
];

fn contract() -> Value {
    let text = fs::read_to_string(root().join("dashboards/ops/contract/openapi.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Operations by id: method, path, names of query parameters, schema of the body, schema of the answer.
fn operations(document: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let resolved = parameters.iter().map(|parameter| resolve(document, parameter));
            let query: BTreeSet<String> = resolved
                .filter(|parameter| parameter["in"] == "query")
                .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                .collect();
            let schema = |content: &Value| match content.as_object() {
                None => Value::Null,
                Some(content) => content.values().next().map_or(Value::Null, |media| shape(document, &media["schema"])),
            };
            let said = json!({
                "method": method,
                "path": path,
                "query": query,
                "body": schema(&operation["requestBody"]["content"]),
                "answer": schema(&operation["responses"]["200"]["content"]),
            });
            found.insert(id.to_owned(), said);
        }
    }
    found
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(target) => document.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("{target}")),
        None => value,
    }
}

/// What a schema says of the shape of its values: types, names, what is required, lists of texts. Not its limits and descriptions.
fn shape(document: &Value, schema: &Value) -> Value {
    let schema = match schema["allOf"].as_array() {
        Some(parts) => &parts[0],
        None => schema,
    };
    let schema = resolve(document, schema);
    let mut shape = Map::new();
    shape.insert("type".to_owned(), schema["type"].clone());
    if let Some(texts) = schema["enum"].as_array() {
        let texts: BTreeSet<&str> = texts.iter().filter_map(Value::as_str).collect();
        shape.insert("enum".to_owned(), json!(texts));
    }
    if schema["items"].is_object() {
        shape.insert("items".to_owned(), self::shape(document, &schema["items"]));
    }
    if let Some(properties) = schema["properties"].as_object() {
        let properties: BTreeMap<_, _> =
            properties.iter().map(|(name, of)| (name, self::shape(document, of))).collect();
        let required: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        shape.insert("properties".to_owned(), json!(properties));
        shape.insert("required".to_owned(), json!(required));
    }
    Value::Object(shape)
}

#[test]
fn what_is_served_is_what_the_contract_says() {
    let (contract, served) = (operations(&contract()), operations(&api::ops_openapi()));
    for (id, operation) in &served {
        let expected = contract.get(id).unwrap_or_else(|| panic!("{id} is not in the contract"));
        assert_eq!(operation, expected, "{id}");
    }
    let missing: BTreeSet<&str> = contract.keys().map(String::as_str).filter(|id| !served.contains_key(*id)).collect();
    assert_eq!(missing, BTreeSet::from(NOT_SERVED));
}
