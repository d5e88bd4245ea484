//! What Shopify says of a document it does not take: unknown fields and arguments, missing ones, missing selections. What it
//! says of rarer mistakes is the parser's own words in Shopify's form.

use std::fmt::Display;

use apollo_compiler::Schema;
use apollo_compiler::ast::{Definition, Document, Field, Selection, Value as Literal};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::FieldDefinition;
use apollo_compiler::validation::DiagnosticList;
use serde_json::{Value, json};

/// Errors that are reported for one document.
const ERRORS_MAX: usize = 20;

/// Returns the errors of a document that the parser or the validator found.
pub(super) fn syntax(found: &DiagnosticList) -> Vec<Value> {
    let errors = found.iter().take(ERRORS_MAX).map(|diagnostic| {
        let error = diagnostic.to_json();
        json!({ "message": error.message, "locations": error.locations })
    });
    errors.collect()
}

/// Returns the errors of a document that Shopify has words of its own for.
pub(super) fn mistakes(schema: &Schema, document: &Document) -> Vec<Value> {
    let mut walk = Walk { schema, document, path: Vec::new(), errors: Vec::new() };
    for definition in &document.definitions {
        let (begin, type_name, selections) = match definition {
            Definition::OperationDefinition(operation) => {
                let name = operation.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
                let root = schema.root_operation(operation.operation_type).map(ToString::to_string);
                (format!("{}{name}", operation.operation_type), root, &operation.selection_set)
            }
            Definition::FragmentDefinition(fragment) => (
                format!("fragment {}", fragment.name),
                Some(fragment.type_condition.to_string()),
                &fragment.selection_set,
            ),
            _ => continue,
        };
        if let Some(type_name) = type_name.filter(|name| schema.types.contains_key(name.as_str())) {
            walk.path = vec![begin];
            walk.selections(&type_name, selections);
        }
    }
    walk.errors.truncate(ERRORS_MAX);
    walk.errors
}

struct Walk<'a> {
    schema: &'a Schema,
    document: &'a Document,
    path: Vec<String>,
    errors: Vec<Value>,
}

impl Walk<'_> {
    fn selections(&mut self, type_name: &str, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.path.push(field.alias.as_ref().unwrap_or(&field.name).to_string());
                    self.field(type_name, field);
                    self.path.pop();
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref().map_or(type_name, |name| name.as_str());
                    if self.schema.types.contains_key(condition) {
                        self.path.push(format!("... on {condition}"));
                        self.selections(condition, &fragment.selection_set);
                        self.path.pop();
                    }
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(&mut self, type_name: &str, field: &Field) {
        if field.name.starts_with("__") {
            return;
        }
        let Ok(definition) = self.schema.type_field(type_name, &field.name) else {
            let message = format!("Field '{}' doesn't exist on type '{type_name}'", field.name);
            let extensions =
                json!({ "code": "undefinedField", "typeName": type_name, "fieldName": field.name.as_str() });
            return self.error(message, field.name.location(), extensions);
        };
        let definition = definition.node.clone();
        self.arguments(field, &definition);
        let name = definition.ty.inner_named_type();
        let leaf = self.schema.types.get(name).is_some_and(|type_| type_.is_leaf());
        if !leaf && field.selection_set.is_empty() {
            let message = format!(
                "Field must have selections (field '{0}' returns {name} but has no selections. Did you mean '{0} {{ ... }}'?)",
                field.name
            );
            let extensions = json!({ "code": "selectionMismatch", "nodeName": format!("field '{}'", field.name), "typeName": name.as_str() });
            return self.error(message, field.name.location(), extensions);
        }
        self.selections(name, &field.selection_set);
    }

    fn arguments(&mut self, field: &Field, definition: &FieldDefinition) {
        for argument in &field.arguments {
            let Some(known) = definition.argument_by_name(&argument.name) else {
                let message = format!("Field '{}' doesn't accept argument '{}'", field.name, argument.name);
                let extensions = json!({
                    "code": "argumentNotAccepted",
                    "name": field.name.as_str(),
                    "typeName": "Field",
                    "argumentName": argument.name.as_str(),
                });
                self.path.push(argument.name.to_string());
                self.error(message, argument.name.location(), extensions);
                self.path.pop();
                continue;
            };
            if known.ty.is_non_null() && matches!(&*argument.value, Literal::Null) {
                let message = format!(
                    "Argument '{}' on Field '{}' has an invalid value (null). Expected type '{}'.",
                    argument.name, field.name, known.ty
                );
                let extensions = json!({
                    "code": "argumentLiteralsIncompatible",
                    "typeName": "Field",
                    "argumentName": argument.name.as_str(),
                });
                self.path.push(argument.name.to_string());
                self.error(message, field.name.location(), extensions);
                self.path.pop();
            }
        }
        let given = |name: &str| field.arguments.iter().any(|argument| argument.name == name);
        let missing: Vec<&str> = definition
            .arguments
            .iter()
            .filter(|known| known.is_required() && !given(&known.name))
            .map(|known| known.name.as_str())
            .collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            let message = format!("Field '{}' is missing required arguments: {missing}", field.name);
            let extensions = json!({
                "code": "missingRequiredArguments",
                "className": "Field",
                "name": field.name.as_str(),
                "arguments": missing,
            });
            self.error(message, field.name.location(), extensions);
        }
    }

    fn error(&mut self, message: impl Display, at: Option<SourceSpan>, extensions: Value) {
        let at = at.and_then(|at| at.line_column(&self.document.sources));
        self.errors.push(json!({
            "message": message.to_string(),
            "locations": at.into_iter().collect::<Vec<_>>(),
            "path": self.path,
            "extensions": extensions,
        }));
    }
}
