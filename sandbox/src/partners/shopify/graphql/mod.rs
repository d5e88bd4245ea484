//! GraphQL as Shopify's Admin API speaks it: a document is parsed and validated against the cut-down schema, its variables are
//! checked, its cost is taken from the shop's budget, and then it is executed. Errors have Shopify's form. Knows nothing of
//! what the fields mean.

mod bulk;
mod cost;
mod object;
mod refusals;
mod variables;

use std::sync::{Arc, Mutex, PoisonError};

use apollo_compiler::ast;
use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::Operation;
use apollo_compiler::parser::LineColumn;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::ResponseDataPathSegment;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};
use serde_json::{Map, Value, json};

pub(super) use self::object::{Fields, Problem};
use crate::bounded::BoundedMap;

/// Documents that are kept parsed.
const DOCUMENTS_MAX: usize = 256;
/// Longest document.
const DOCUMENT_BYTES_MAX: usize = 256 * 1_024;
/// Most that one query may cost.
const COST_MAX: u32 = 1_000;
/// What the executor puts before a message of ours.
const RESOLVER_ERROR: &str = "resolver error: ";
/// How deep a document may nest.
const RECURSION_MAX: usize = 60;
/// The schema. `crates/partners` makes the types of its documents from the same file.
const SCHEMA: &str = include_str!("../schema.graphql");

/// Returns the cut-down schema as text.
pub(crate) fn schema_text() -> String {
    SCHEMA.to_owned()
}

/// The schema, and documents that were seen before.
pub(super) struct Engine {
    schema: Valid<Schema>,
    implementers: HashMap<Name, Implementers>,
    documents: Mutex<BoundedMap<String, Arc<Checked>>>,
}

/// A document that is valid, or the errors it is refused with.
type Checked = Result<Valid<ExecutableDocument>, Vec<Value>>;

/// The budget of a shop, from which a query is paid.
pub(super) trait Budget {
    /// Takes the cost of a query if it is there. Returns whether it was.
    fn take(&mut self, cost: u32) -> bool;

    /// Gives back what a query did not use.
    fn give_back(&mut self, cost: u32);

    /// Returns `throttleStatus`.
    fn status(&mut self) -> Value;
}

impl Engine {
    /// Returns an engine over the cut-down schema.
    pub(super) fn new() -> Self {
        let schema = Schema::parse_and_validate(schema_text(), "admin.graphql");
        let schema = schema.unwrap_or_else(|errors| unreachable!("a test parses the schema: {errors}"));
        let implementers = schema.implementers_map();
        Self { schema, implementers, documents: Mutex::new(BoundedMap::new(DOCUMENTS_MAX)) }
    }

    /// Answers a request: the whole body of the answer.
    pub(super) fn run(&self, request: &Value, fields: &dyn Fields, budget: &mut dyn Budget) -> Value {
        let Some(query) = request["query"].as_str().filter(|query| query.len() <= DOCUMENT_BYTES_MAX) else {
            return json!({ "errors": [{ "message": "Required parameter missing or invalid: query" }] });
        };
        let checked = self.checked(query);
        let document = match &*checked {
            Ok(document) => document,
            Err(errors) => return json!({ "errors": errors }),
        };
        let name = request["operationName"].as_str().filter(|name| !name.is_empty());
        let operation = match document.operations.get(name) {
            Ok(operation) => operation,
            Err(error) => return json!({ "errors": [{ "message": error.message().to_string() }] }),
        };
        let given = match &request["variables"] {
            Value::Object(given) => given.clone(),
            Value::Null => Map::new(),
            _ => return json!({ "errors": [{ "message": "variables must be an object" }] }),
        };
        let errors = variables::mistakes(&self.schema, document, operation, &given);
        if !errors.is_empty() {
            return json!({ "errors": errors });
        }
        self.pay_and_execute(document, operation, &given, fields, budget)
    }

    fn pay_and_execute(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        given: &Map<String, Value>,
        fields: &dyn Fields,
        budget: &mut dyn Budget,
    ) -> Value {
        let requested = cost::requested(&self.schema, document, operation, given);
        if requested > COST_MAX {
            return too_expensive(requested);
        }
        if !budget.take(requested) {
            let documentation = "https://shopify.dev/api/usage/rate-limits";
            let error = json!({ "message": "Throttled", "extensions": { "code": "THROTTLED", "documentation": documentation } });
            return json!({ "errors": [error], "extensions": { "cost": costs(requested, None, budget) } });
        }
        let mut answer = match self.execute(document, operation, given, fields) {
            Ok(answer) => answer,
            Err(message) => json!({ "errors": [{ "message": message }] }),
        };
        let actual = cost::actual(&self.schema, document, operation, given, &answer["data"]).min(requested);
        budget.give_back(requested - actual);
        answer["extensions"] = json!({ "cost": costs(requested, Some(actual), budget) });
        answer
    }

    fn execute(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        given: &Map<String, Value>,
        fields: &dyn Fields,
    ) -> Result<Value, String> {
        let given = object::to_bytes(given);
        let coerced =
            coerce_variable_values(&self.schema, operation, &given).map_err(|error| error.message().to_string())?;
        let root = object::Object::root(operation.object_type(), fields);
        let execution = Execution::new(&self.schema, document)
            .operation(operation)
            .implementers_map(&self.implementers)
            .coerced_variable_values(&coerced)
            .enable_schema_introspection(true);
        let response = execution.execute_sync(&root).map_err(|error| error.message().to_string())?;
        let mut answer = json!({ "data": response.data });
        if !response.errors.is_empty() {
            let errors = response.errors.iter().map(|error| {
                let message = error.message.strip_prefix(RESOLVER_ERROR).unwrap_or(&error.message);
                let locations =
                    alias_of(document, operation, &error.path).map_or(json!(error.locations), |at| json!([at]));
                let mut stated = json!({ "message": message, "locations": locations, "path": error.path });
                if let Some(extensions) = fields.extensions(message) {
                    stated["extensions"] = extensions;
                }
                stated
            });
            answer["errors"] = errors.collect();
        }
        Ok(answer)
    }

    /// Parses and validates a document, once.
    fn checked(&self, query: &str) -> Arc<Checked> {
        let known = |documents: &BoundedMap<String, Arc<Checked>>| documents.get(query).map(Arc::clone);
        if let Some(checked) = known(&self.documents.lock().unwrap_or_else(PoisonError::into_inner)) {
            return checked;
        }
        let mut parser = apollo_compiler::parser::Parser::new().recursion_limit(RECURSION_MAX);
        let checked = match parser.parse_ast(query, "query.graphql") {
            Err(errors) => Err(refusals::syntax(&errors.errors)),
            Ok(document) => self.validated(&document),
        };
        let checked = Arc::new(checked);
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).insert(query.to_owned(), Arc::clone(&checked));
        checked
    }

    fn validated(&self, document: &ast::Document) -> Checked {
        let refused = refusals::mistakes(&self.schema, document);
        if !refused.is_empty() {
            return Err(refused);
        }
        document.to_executable_validate(&self.schema).map_err(|errors| refusals::syntax(&errors.errors))
    }
}

/// Returns where the field of an error stands, by its alias if it has one: the executor tells of its name.
fn alias_of(
    document: &ExecutableDocument,
    operation: &Operation,
    path: &[ResponseDataPathSegment],
) -> Option<LineColumn> {
    let [ResponseDataPathSegment::Field(key)] = path else { return None };
    let field = operation.selection_set.fields().find(|field| field.response_key() == key)?;
    field.alias.as_ref()?.location()?.line_column(&document.sources)
}

fn costs(requested: u32, actual: Option<u32>, budget: &mut dyn Budget) -> Value {
    json!({ "requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": budget.status() })
}

fn too_expensive(cost: u32) -> Value {
    let message = format!(
        "Query cost is {cost}, which exceeds the single query max cost limit ({COST_MAX}).\n\nSee \
         https://shopify.dev/concepts/about-apis/rate-limits for more information on how the\ncost of a query is calculated.\n"
    );
    let documentation = "https://shopify.dev/api/usage/rate-limits";
    let extensions =
        json!({ "code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": COST_MAX, "documentation": documentation });
    json!({ "errors": [{ "message": message, "extensions": extensions }] })
}

#[cfg(test)]
mod tests;
