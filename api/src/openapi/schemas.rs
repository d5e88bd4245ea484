//! Schemas of OpenAPI 3.0, as poem-openapi writes them, turned into those of 3.1, which can say that a value may be null.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Keywords of a schema that say nothing about its values.
const ANNOTATIONS: [&str; 6] = ["description", "example", "examples", "default", "title", "deprecated"];
/// Keywords whose values are data, not schemas.
const DATA: [&str; 4] = ["example", "examples", "default", "enum"];

/// Converts every schema of the document.
pub(super) fn convert(document: &mut Value) {
    let requests = referenced(document, |key| key == "requestBody");
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        for (name, schema) in schemas {
            if !requests.contains(name) {
                declare_nulls(schema);
            }
        }
    }
    rewrite(document);
}

/// The schemas that are referred to below a key of that name.
fn referenced(value: &Value, is_root: impl Fn(&str) -> bool + Copy) -> BTreeSet<String> {
    fn collect(value: &Value, inside: bool, is_root: impl Fn(&str) -> bool + Copy, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    if let (true, "$ref", Some(target)) = (inside, key.as_str(), value.as_str()) {
                        found.extend(target.strip_prefix("#/components/schemas/").map(str::to_owned));
                    }
                    collect(value, inside || is_root(key), is_root, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, inside, is_root, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    collect(value, false, is_root, &mut found);
    found
}

/// An optional field of an answer is sent as null, never left out: so it is required, and may be null.
fn declare_nulls(schema: &mut Value) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    let names: Vec<Value> = properties.keys().cloned().map(Value::String).collect();
    let required = schema.get("required").cloned().unwrap_or_else(|| json!([]));
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (name, property) in properties {
        let is_required = required.as_array().is_some_and(|required| required.iter().any(|other| other == name));
        if let (false, Some(property)) = (is_required, property.as_object_mut()) {
            property.insert("nullable".to_owned(), Value::Bool(true));
        }
    }
    schema["required"] = Value::Array(names);
}

fn rewrite(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (_, value) in fields.iter_mut().filter(|(key, _)| !DATA.contains(&key.as_str())) {
                rewrite(value);
            }
            flatten_reference(fields);
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                allow_null(fields);
            }
            // A parameter has `example`, too, and keeps it: only a schema has a type or a reference.
            let is_schema = fields.contains_key("type") || fields.contains_key("$ref");
            if let Some(example) = fields.get("example").filter(|_| is_schema).cloned() {
                fields.remove("example");
                fields.insert("examples".to_owned(), json!([example]));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        _ => {}
    }
}

/// In 3.0 nothing may stand beside `$ref`, so that a description needs `allOf`; in 3.1 it stands beside it.
fn flatten_reference(fields: &mut Map<String, Value>) {
    let Some(Value::Array(parts)) = fields.get("allOf") else { return };
    let [reference, rest] = parts.as_slice() else { return };
    let annotates = |key: &String| ANNOTATIONS.contains(&key.as_str()) || key == "nullable";
    let (Some(target), Some(rest)) = (reference.get("$ref").cloned(), rest.as_object()) else { return };
    if rest.keys().all(annotates) {
        let rest = rest.clone();
        fields.remove("allOf");
        fields.extend(rest);
        fields.insert("$ref".to_owned(), target);
    }
}

fn allow_null(fields: &mut Map<String, Value>) {
    if let Some(Value::String(ty)) = fields.get("type").cloned() {
        fields.insert("type".to_owned(), json!([ty, "null"]));
        if let Some(Value::Array(items)) = fields.get_mut("enum") {
            items.push(Value::Null);
        }
    } else if let Some(target) = fields.remove("$ref") {
        fields.insert("anyOf".to_owned(), json!([{ "$ref": target }, { "type": "null" }]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(schema: Value) -> Value {
        let mut document = json!({ "paths": {}, "components": { "schemas": { "Thing": schema } } });
        convert(&mut document);
        document["components"]["schemas"]["Thing"].take()
    }

    #[test]
    fn what_is_sent_as_null_says_so() {
        let thing = converted(json!({
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": { "type": "string" },
                "note": { "type": "string", "description": "A note." },
                "other": { "$ref": "#/components/schemas/Other" },
                "told": { "allOf": [{ "$ref": "#/components/schemas/Other" }, { "description": "x" }], "description": "x" },
            },
        }));
        assert_eq!(thing["required"], json!(["id", "note", "other", "told"]));
        let null = json!({ "type": "null" });
        let other = json!({ "$ref": "#/components/schemas/Other" });
        assert_eq!(thing["properties"]["id"]["type"], "string");
        assert_eq!(thing["properties"]["note"]["type"], json!(["string", "null"]));
        assert_eq!(thing["properties"]["other"], json!({ "anyOf": [&other, &null] }));
        assert_eq!(thing["properties"]["told"], json!({ "description": "x", "anyOf": [&other, &null] }));
    }

    #[test]
    fn a_field_of_a_request_may_be_left_out_and_is_not_required() {
        let thing = json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "string" }, "note": { "type": "string" } } });
        let body = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } });
        let mut document = json!({
            "paths": { "/": { "post": { "requestBody": body } } },
            "components": { "schemas": { "Thing": thing } },
        });
        convert(&mut document);
        assert_eq!(document["components"]["schemas"]["Thing"], thing);
    }

    #[test]
    fn examples_are_a_list_and_their_content_is_left_alone() {
        let thing = converted(json!({ "type": "object", "example": { "nullable": true, "type": "x", "example": 1 } }));
        assert_eq!(thing["examples"], json!([{ "nullable": true, "type": "x", "example": 1 }]));
        assert!(thing.get("example").is_none());
    }
}
