//! Queries of bulk operations: what Shopify demands of them, and their answers as lines.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use serde_json::{Map, Value};

use super::{Engine, Fields};

/// Connections of one query.
const CONNECTIONS_MAX: usize = 5;
/// How deep connections may nest.
const DEPTH_MAX: usize = 2;
/// Lines of one answer.
const LINES_MAX: usize = 100_000;

impl Engine {
    /// Returns what Shopify refuses of a bulk query.
    pub(in crate::partners::shopify) fn bulk_problems(&self, query: &str) -> Vec<String> {
        if query.trim().is_empty() {
            return vec!["Invalid bulk query: syntax error, unexpected end of file".to_owned()];
        }
        let checked = self.checked(query);
        let document = match &*checked {
            Ok(document) => document,
            Err(errors) => {
                let message = errors.first().and_then(|error| error["message"].as_str()).unwrap_or_default();
                return vec![format!("Invalid bulk query: {message}")];
            }
        };
        let Ok(operation) = document.operations.get(None) else {
            return vec!["Invalid bulk query: exactly one operation is expected".to_owned()];
        };
        if !operation.is_query() {
            return vec!["Invalid operation type. Only `query` operations are supported.".to_owned()];
        }
        let mut found = Found::default();
        for field in operation.selection_set.fields().filter(|field| ["node", "nodes"].contains(&field.name.as_str())) {
            found.problems.push(format!("Bulk queries cannot contain a top level `{}` field.", field.name));
        }
        look(document, &operation.selection_set, 0, &mut found);
        found.problems()
    }

    /// Returns the answer of a bulk query as lines: each node of a connection, nested ones with `__parentId`.
    pub(in crate::partners::shopify) fn bulk_lines(&self, query: &str, fields: &dyn Fields) -> Vec<Value> {
        let checked = self.checked(query);
        let Ok(document) = &*checked else { return Vec::new() };
        let Ok(operation) = document.operations.get(None) else { return Vec::new() };
        let answer = self.execute(document, operation, &Map::new(), fields).unwrap_or_default();
        let mut lines = Vec::new();
        for (_, value) in answer["data"].as_object().into_iter().flatten() {
            flatten(value, None, &mut lines);
        }
        lines
    }
}

#[derive(Default)]
struct Found {
    problems: Vec<String>,
    connections: usize,
    depth: usize,
    without_edges: Vec<String>,
    without_id: Vec<String>,
}

impl Found {
    fn problems(mut self) -> Vec<String> {
        if let Some(first) = self.without_edges.first() {
            let all = self.without_edges.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
            self.problems.push(format!(
                "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: '{first} {{ edges \
                 {{ node {{'. Selecting via 'nodes' is not supported. Invalid connection fields: {all}."
            ));
        }
        if self.connections == 0 {
            self.problems.push("Bulk queries must contain at least one connection.".to_owned());
        }
        if self.connections > CONNECTIONS_MAX {
            self.problems.push(format!("Bulk queries cannot contain more than {CONNECTIONS_MAX} connections."));
        }
        if self.depth > DEPTH_MAX {
            let message =
                format!("Bulk queries cannot contain connections with a nesting depth greater than {DEPTH_MAX}.");
            self.problems.push(message);
        }
        if !self.without_id.is_empty() {
            self.problems.push(format!(
                "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' \
                 return type. Connection fields without 'id': {}.",
                self.without_id.join(", ")
            ));
        }
        self.problems
    }
}

fn look(document: &ExecutableDocument, set: &SelectionSet, depth: usize, found: &mut Found) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) if field.ty().inner_named_type().ends_with("Connection") => {
                found.connections += 1;
                found.depth = found.depth.max(depth + 1);
                let node = field.selection_set.fields().find(|inner| inner.name == "edges");
                let node = node.and_then(|edges| edges.selection_set.fields().find(|inner| inner.name == "node"));
                match node {
                    None => found.without_edges.push(field.name.to_string()),
                    Some(node) => {
                        if has_connection(document, &node.selection_set) && !selects_id(node) {
                            found.without_id.push(field.name.to_string());
                        }
                        look(document, &node.selection_set, depth + 1, found);
                    }
                }
            }
            Selection::Field(field) => look(document, &field.selection_set, depth, found),
            Selection::InlineFragment(fragment) => look(document, &fragment.selection_set, depth, found),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = spread.fragment_def(document) {
                    look(document, &fragment.selection_set, depth, found);
                }
            }
        }
    }
}

fn has_connection(document: &ExecutableDocument, set: &SelectionSet) -> bool {
    let mut found = Found::default();
    look(document, set, 0, &mut found);
    found.connections > 0
}

fn selects_id(node: &Field) -> bool {
    node.selection_set.fields().any(|field| field.name == "id" && field.alias.is_none())
}

/// Puts the nodes of a connection into lines, without the connections in them, which follow.
fn flatten(value: &Value, parent: Option<&Value>, lines: &mut Vec<Value>) {
    let Some(edges) = value["edges"].as_array() else {
        for (_, inner) in value.as_object().into_iter().flatten().filter(|(_, inner)| inner.is_object()) {
            flatten(inner, parent, lines);
        }
        return;
    };
    for node in edges.iter().map(|edge| &edge["node"]) {
        if lines.len() >= LINES_MAX {
            return;
        }
        let (nested, mut plain): (Map<String, Value>, Map<String, Value>) =
            node.as_object().cloned().unwrap_or_default().into_iter().partition(|(_, value)| value["edges"].is_array());
        if let Some(parent) = parent {
            plain.insert("__parentId".to_owned(), parent.clone());
        }
        lines.push(Value::Object(plain));
        for inner in nested.values() {
            flatten(inner, Some(&node["id"]), lines);
        }
    }
}
