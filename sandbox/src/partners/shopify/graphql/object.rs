//! JSON values as GraphQL objects: a field is a member of the same name, a list behind a connection is paged, and what is not
//! data is asked of `Fields`.

use std::borrow::Cow;

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{JsonMap, serde_json_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// Entries of one page.
const PAGE_MAX: u64 = 250;

/// What is behind the fields that are not plain data.
pub(in crate::partners::shopify) trait Fields {
    /// Answers a field of the query or of the mutation.
    ///
    /// # Errors
    /// An error of the whole field, which then is `null`.
    fn root(&self, field: &str, arguments: &Value) -> Result<Value, Problem>;

    /// Answers a field of an object that is not among its data, or returns `None` when it is.
    fn beside(&self, type_name: &str, object: &Value, field: &str, arguments: &Value) -> Option<Value>;

    /// Returns whether a connection without `first` and `last` is answered whole, as in a bulk operation.
    fn are_pages_whole(&self) -> bool;

    /// Returns what an error with that message has beside it, if it came from [`Fields::root`].
    fn extensions(&self, message: &str) -> Option<Value>;
}

/// An error of a whole field.
#[derive(Debug, Clone)]
pub(in crate::partners::shopify) struct Problem {
    /// The message.
    pub(in crate::partners::shopify) message: String,
    /// `extensions` of the error.
    pub(in crate::partners::shopify) extensions: Value,
}

/// An object of a type.
pub(super) struct Object<'a> {
    type_name: String,
    value: Cow<'a, Value>,
    fields: &'a dyn Fields,
    root: bool,
}

impl<'a> Object<'a> {
    /// Returns the object that a query or mutation begins at.
    pub(super) fn root(type_name: &str, fields: &'a dyn Fields) -> Self {
        Self { type_name: type_name.to_owned(), value: Cow::Owned(Value::Null), fields, root: true }
    }

    fn child<'b>(
        &'b self,
        schema: &Schema,
        value: Cow<'b, Value>,
        type_: &Type,
        arguments: &Value,
    ) -> Result<ResolvedValue<'b>, FieldError> {
        if value.is_null() {
            return Ok(ResolvedValue::null());
        }
        if type_.is_list() {
            let item = type_.item_type();
            let entries = match value {
                Cow::Borrowed(value) => value.as_array().into_iter().flatten().map(Cow::Borrowed).collect::<Vec<_>>(),
                Cow::Owned(Value::Array(list)) => list.into_iter().map(Cow::Owned).collect(),
                Cow::Owned(_) => Vec::new(),
            };
            let resolved: Vec<_> =
                entries.into_iter().map(|entry| self.child(schema, entry, item, arguments)).collect();
            return Ok(ResolvedValue::List(Box::new(resolved.into_iter())));
        }
        let name = type_.inner_named_type();
        if schema.types.get(name).is_some_and(|type_| type_.is_leaf()) {
            return Ok(ResolvedValue::leaf(serde_json_bytes::Value::from(value.into_owned())));
        }
        let value = match (name.ends_with("Connection"), value.as_array()) {
            (true, Some(list)) => Cow::Owned(page(list, arguments, self.fields.are_pages_whole())?),
            _ => value,
        };
        let concrete = schema.get_object(name).map(|_| name.as_str());
        let type_name = concrete.or_else(|| value["__typename"].as_str()).unwrap_or_default().to_owned();
        Ok(ResolvedValue::object(Object { type_name, value, fields: self.fields, root: false }))
    }
}

impl ObjectValue for Object<'_> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'b>(&'b self, info: &'b ResolveInfo<'b>) -> Result<ResolvedValue<'b>, FieldError> {
        let field = info.field_name();
        let arguments = serde_json::to_value(info.arguments()).unwrap_or_default();
        let value = if self.root {
            let answered = self.fields.root(field, &arguments);
            Cow::Owned(answered.map_err(|problem| FieldError { message: problem.message })?)
        } else {
            match self.fields.beside(&self.type_name, &self.value, field, &arguments) {
                Some(value) => Cow::Owned(value),
                None => self.value.get(field).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
            }
        };
        self.child(info.schema(), value, &info.field_definition().ty, &arguments)
    }
}

/// Returns a page of a connection as `first`, `after`, `last`, `before` and `reverse` ask for it.
fn page(list: &[Value], arguments: &Value, whole: bool) -> Result<Value, FieldError> {
    let size = |name: &str| arguments[name].as_u64();
    let (first, last) = (size("first"), size("last"));
    if first.is_none() && last.is_none() && !whole {
        return Err(FieldError { message: "you must provide one of first or last".to_owned() });
    }
    if first.or(last).is_some_and(|size| size > PAGE_MAX) {
        return Err(FieldError { message: format!("Exceeds the maximum page size of {PAGE_MAX}") });
    }
    let mut list: Vec<&Value> = list.iter().collect();
    if arguments["reverse"] == true {
        list.reverse();
    }
    let at =
        |name: &str| arguments[name].as_str().and_then(|wanted| list.iter().position(|node| cursor(node) == wanted));
    let mut from = at("after").map_or(0, |index| index + 1);
    let mut to = at("before").unwrap_or(list.len());
    let length = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);
    if let Some(size) = first {
        to = to.min(from.saturating_add(length(size)));
    }
    if let Some(size) = last {
        from = from.max(to.saturating_sub(length(size)));
    }
    let nodes = list.get(from..to).unwrap_or_default();
    let edges: Vec<Value> = nodes.iter().map(|node| json!({ "cursor": cursor(node), "node": node })).collect();
    Ok(json!({
        "nodes": nodes,
        "edges": edges,
        "pageInfo": {
            "hasNextPage": to < list.len(),
            "hasPreviousPage": from > 0,
            "startCursor": nodes.first().map(|node| cursor(node)),
            "endCursor": nodes.last().map(|node| cursor(node)),
        },
    }))
}

/// Returns the cursor of a node, made of the number in its id.
fn cursor(node: &Value) -> String {
    let id = node["id"].as_str().and_then(|id| id.rsplit('/').next()).unwrap_or("0");
    let id = id.split('?').next().unwrap_or_default();
    STANDARD.encode(format!("{{\"last_id\":{id},\"last_value\":\"{id}\"}}"))
}

/// Returns a map in the form that the executor takes.
pub(super) fn to_bytes(map: &Map<String, Value>) -> JsonMap {
    map.iter().map(|(name, value)| (name.as_str().into(), serde_json_bytes::Value::from(value.clone()))).collect()
}
