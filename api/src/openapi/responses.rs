//! The answers of every operation: what it declares, what all operations share, and the headers of both.

use std::collections::BTreeMap;

use poem_openapi::registry::Registry;
use poem_openapi::types::Type as _;
use serde_json::{Map, Value, json};

use super::PARTNER_SCHEME;
use crate::error::{Code, RefusedBody};

/// Refusals of every operation.
const OF_ALL: [Code; 5] =
    [Code::InvalidParameter, Code::BadRequest, Code::MethodNotAllowed, Code::Internal, Code::Unavailable];
/// Refusals of every operation of partners.
const OF_PARTNERS: [Code; 6] = [
    Code::MerchantRequired,
    Code::Unauthorized,
    Code::InsufficientScope,
    Code::OtherMerchant,
    Code::UnknownMerchant,
    Code::RateLimited,
];

/// Adds the shared refusals and the headers to the answers of an operation.
pub(super) fn complete(operation: &mut Map<String, Value>) {
    let requirements = operation.get("security").and_then(Value::as_array);
    let partners = requirements.into_iter().flatten().any(|requirement| requirement.get(PARTNER_SCHEME).is_some());
    let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
    responses.values_mut().for_each(drop_parameters);
    let shared = OF_ALL.iter().chain(OF_PARTNERS.iter().filter(|_| partners)).copied();
    let mut codes: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in declared(responses).into_iter().chain(shared) {
        let of_status = codes.entry(code.status().as_u16()).or_default();
        if !of_status.contains(&code) {
            of_status.push(code);
        }
    }
    for (status, mut codes) in codes {
        codes.sort_unstable();
        let refusal = refusal(&codes);
        match responses.get_mut(&status.to_string()).filter(|response| declared_codes(response).is_none()) {
            Some(own) => join(own, refusal),
            None => drop(responses.insert(status.to_string(), refusal)),
        }
    }
    responses.sort_keys();
    for (status, response) in responses {
        response["headers"] = headers(status, partners);
    }
}

/// Names media types without their parameters: JSON has no charset to choose.
fn drop_parameters(response: &mut Value) {
    let Some(Value::Object(content)) = response.get_mut("content") else { return };
    let essence = |name: &str| name.split(';').next().unwrap_or_default().to_owned();
    *content = std::mem::take(content).into_iter().map(|(name, media)| (essence(&name), media)).collect();
}

/// The codes that the operation's error type declares (`crate::error::declared`).
fn declared(responses: &Map<String, Value>) -> Vec<Code> {
    let texts: Vec<&str> = responses.values().filter_map(declared_codes).flatten().collect();
    Code::ALL.iter().copied().filter(|code| texts.contains(&code.as_str())).collect()
}

fn declared_codes(response: &Value) -> Option<impl Iterator<Item = &str>> {
    let codes = response["content"]["application/json"]["schema"]["enum"].as_array()?;
    Some(codes.iter().filter_map(Value::as_str))
}

fn refusal(codes: &[Code]) -> Value {
    let texts: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let lines: Vec<String> =
        codes.iter().map(|code| format!("- `{}`: {}", code.as_str(), code.meaning().trim())).collect();
    let narrowed = json!({ "properties": { "error": { "properties": { "code": { "enum": texts } } } } });
    let schema = json!({ "allOf": [{ "$ref": "#/components/schemas/Refused" }, narrowed] });
    json!({ "description": lines.join("\n"), "content": { "application/json": { "schema": schema } } })
}

/// Adds a refusal to an answer of the same status that has a body of its own.
fn join(own: &mut Value, mut refusal: Value) {
    let description = [&own["description"], &refusal["description"]].map(|text| text.as_str().unwrap_or_default());
    own["description"] = json!(description.join("\n"));
    let schemas = [&mut *own, &mut refusal].map(|response| response["content"]["application/json"]["schema"].take());
    refusal["content"]["application/json"]["schema"] = json!({ "anyOf": schemas });
    own["content"] = refusal["content"].take();
}

fn headers(status: &str, partners: bool) -> Value {
    let mut names = vec!["x-request-id"];
    match status {
        "401" => names.push("WWW-Authenticate"),
        "405" => names.push("Allow"),
        "429" | "503" => names.push("Retry-After"),
        _ => {}
    }
    // Only a valid key has a quota; and without the database nobody knows whether a key is valid.
    if partners && !matches!(status, "401" | "405" | "500" | "503") {
        names.extend(["RateLimit", "RateLimit-Policy"]);
    }
    names.into_iter().map(|name| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))).collect()
}

/// Adds the schema of refusals, which the shared answers refer to.
pub(super) fn add_schemas(document: &mut Value) {
    let mut registry = Registry::new();
    RefusedBody::register(&mut registry);
    for (name, schema) in registry.schemas {
        document["components"]["schemas"][name] = json!(schema);
    }
}

/// Describes the headers that answers refer to.
pub(super) fn add_headers(document: &mut Value) {
    document["components"]["headers"] = json!({
        "x-request-id": {
            "description": "Names the request in our logs: yours if you sent one of at most 128 characters, or a new one.",
            "required": true,
            "schema": { "type": "string", "maxLength": 128 },
            "example": "01JD8Q3VN7Z9M0A2B4C6D8E0F1",
        },
        "Retry-After": {
            "description": "Seconds after which the same request may succeed.",
            "required": true,
            "schema": { "type": "integer", "minimum": 0 },
            "example": 5,
        },
        "WWW-Authenticate": {
            "description": "How to authenticate.",
            "schema": { "type": "string" },
            "example": "Bearer",
        },
        "Allow": {
            "description": "The methods that the path takes.",
            "required": true,
            "schema": { "type": "string" },
            "example": "GET, HEAD",
        },
        "RateLimit-Policy": {
            "description": "The quota of the key: `q` requests in each window of `w` seconds. Not sent with the administrator's token.",
            "schema": { "type": "string" },
            "example": "\"key\";q=600;w=60",
        },
        "RateLimit": {
            "description": "What is left of the quota: `r` requests, for the `t` seconds until it is whole again. Not sent with the administrator's token.",
            "schema": { "type": "string" },
            "example": "\"key\";r=599;t=60",
        },
    });
}
