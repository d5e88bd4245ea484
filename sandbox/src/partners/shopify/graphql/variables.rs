//! Variables checked against their types, with Shopify's words for what is wrong: `INVALID_VARIABLE` and the problems by path.

use apollo_compiler::ast::Type;
use apollo_compiler::executable::Operation;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Schema};
use chrono::{DateTime, NaiveDate};
use serde_json::{Map, Value, json};

/// Problems that are reported for one variable.
const PROBLEMS_MAX: usize = 20;

/// Returns an error for each variable that does not fit its type.
pub(super) fn mistakes(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
    given: &Map<String, Value>,
) -> Vec<Value> {
    let mut errors = Vec::new();
    for variable in &operation.variables {
        let value = given.get(variable.name.as_str());
        let absent = value.is_none() && (!variable.ty.is_non_null() || variable.default_value.is_some());
        if absent {
            continue;
        }
        let mut problems = Vec::new();
        check(schema, value.unwrap_or(&Value::Null), &variable.ty, &mut Vec::new(), &mut problems);
        if problems.is_empty() {
            continue;
        }
        problems.truncate(PROBLEMS_MAX);
        let location = variable.location().and_then(|location| location.line_column(&document.sources));
        errors.push(json!({
            "message": message(&variable.name, &variable.ty, &problems),
            "locations": location.into_iter().collect::<Vec<_>>(),
            "extensions": { "code": "INVALID_VARIABLE", "value": value, "problems": problems },
        }));
    }
    errors
}

fn message(name: &str, type_: &Type, problems: &[Value]) -> String {
    let said = problems.iter().filter_map(|problem| {
        let path: Vec<String> = problem["path"].as_array()?.iter().map(segment).collect();
        let explanation = problem["explanation"].as_str()?;
        (!path.is_empty()).then(|| format!("{} ({explanation})", path.join(".")))
    });
    let said = said.collect::<Vec<_>>().join(", ");
    let for_ = if said.is_empty() { String::new() } else { format!(" for {said}") };
    format!("Variable ${name} of type {type_} was provided invalid value{for_}")
}

fn segment(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn check(schema: &Schema, value: &Value, type_: &Type, path: &mut Vec<Value>, problems: &mut Vec<Value>) {
    if problems.len() >= PROBLEMS_MAX {
        return;
    }
    if value.is_null() {
        if type_.is_non_null() {
            note(path, "Expected value to not be null", false, problems);
        }
        return;
    }
    if type_.is_list() {
        let item = type_.item_type();
        match value {
            Value::Array(list) => {
                for (index, entry) in list.iter().enumerate() {
                    path.push(index.into());
                    check(schema, entry, item, path, problems);
                    path.pop();
                }
            }
            single => check(schema, single, item, path, problems),
        }
        return;
    }
    let name = type_.inner_named_type();
    match schema.types.get(name) {
        Some(ExtendedType::InputObject(input)) => {
            let Some(object) = value.as_object() else {
                return note(path, &format!("Could not coerce value {value} to {name}"), false, problems);
            };
            for unknown in object.keys().filter(|key| !input.fields.contains_key(key.as_str())) {
                path.push(unknown.as_str().into());
                note(path, &format!("Field is not defined on {name}"), false, problems);
                path.pop();
            }
            for (field, definition) in &input.fields {
                path.push(field.as_str().into());
                match object.get(field.as_str()) {
                    Some(value) => check(schema, value, &definition.ty, path, problems),
                    None if definition.ty.is_non_null() && definition.default_value.is_none() => {
                        note(path, "Expected value to not be null", false, problems);
                    }
                    None => {}
                }
                path.pop();
            }
        }
        Some(ExtendedType::Enum(values)) => {
            let known = value.as_str().is_some_and(|value| values.values.contains_key(value));
            if !known {
                let names = values.values.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                note(path, &format!("Expected {value} to be one of: {names}"), false, problems);
            }
        }
        _ => {
            if let Some((explanation, repeated)) = scalar(name, value) {
                note(path, &explanation, repeated, problems);
            }
        }
    }
}

fn note(path: &[Value], explanation: &str, repeated: bool, problems: &mut Vec<Value>) {
    let mut problem = json!({ "path": path, "explanation": explanation });
    if repeated {
        problem["message"] = explanation.into();
    }
    problems.push(problem);
}

/// Returns what is wrong with a scalar, and whether Shopify says it twice.
fn scalar(name: &str, value: &Value) -> Option<(String, bool)> {
    let shown = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (fits, custom) = match name {
        "String" => (value.is_string(), None),
        "Boolean" => (value.is_boolean(), None),
        "Int" => (value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()), None),
        "Float" => (value.is_number(), None),
        "ID" => (value.as_str().is_some_and(is_global_id), Some(format!("Invalid global id '{}'", shown()))),
        "DateTime" => (value.as_str().is_some_and(is_moment), Some(format!("invalid DateTime '{}'", shown()))),
        "Decimal" => (is_decimal(&shown()), Some(format!("invalid decimal '{}'", shown()))),
        "UnsignedInt64" => {
            (shown().parse::<u64>().is_ok(), Some(format!("invalid unsigned 64-bit integer '{}'", shown())))
        }
        _ => (true, None),
    };
    if fits {
        return None;
    }
    Some(match custom {
        Some(explanation) => (explanation, true),
        None => (format!("Could not coerce value {value} to {name}"), false),
    })
}

fn is_global_id(text: &str) -> bool {
    text.strip_prefix("gid://shopify/")
        .is_some_and(|rest| rest.split_once('/').is_some_and(|(kind, id)| !kind.is_empty() && !id.is_empty()))
}

fn is_moment(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok() || text.parse::<NaiveDate>().is_ok()
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}
