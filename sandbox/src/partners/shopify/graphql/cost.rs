//! What a query costs: an object 1, a mutation 10, scalars, money and page information nothing, and a connection
//! `2 + floor(2 ln n)` times the cost of a node for `first: n`. Found from recorded answers (ADR 0021).

use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Map, Value};

/// Types whose objects cost nothing.
const FREE: [&str; 6] = [
    "PageInfo",
    "MoneyV2",
    "MoneyBag",
    "MailingAddress",
    "CustomerEmailMarketingConsentState",
    "CustomerSmsMarketingConsentState",
];
const MUTATION_COST: u32 = 10;
/// What counting records costs, as a field of the query.
const COUNT_COST: u32 = 10;
const STORE_CREDIT_ACCOUNT_COST: u32 = 6;
const CONNECTION_COST: u32 = 2;

/// Returns what a query costs before it is executed.
pub(super) fn requested(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Map<String, Value>,
) -> u32 {
    Walk { schema, document, variables }.selections(&operation.selection_set, None)
}

/// Returns what a query cost by what it answered: absent objects without their fields, connections by their nodes.
pub(super) fn actual(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Map<String, Value>,
    data: &Value,
) -> u32 {
    Walk { schema, document, variables }.selections(&operation.selection_set, Some(data))
}

struct Walk<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a Map<String, Value>,
}

impl Walk<'_> {
    fn selections(&self, set: &SelectionSet, data: Option<&Value>) -> u32 {
        let (mut total, mut alternatives) = (0, 0);
        for selection in &set.selections {
            let (inner, condition) = match selection {
                Selection::Field(field) => {
                    total += self.field(field, &set.ty, data);
                    continue;
                }
                Selection::InlineFragment(fragment) => (&fragment.selection_set, fragment.type_condition.as_ref()),
                Selection::FragmentSpread(spread) => match spread.fragment_def(self.document) {
                    Some(fragment) => (&fragment.selection_set, Some(fragment.type_condition())),
                    None => continue,
                },
            };
            let one_of_several =
                condition.is_some_and(|name| self.schema.get_object(name).is_some() && *name != set.ty);
            if !one_of_several {
                total += self.selections(inner, data);
            } else if data.is_none_or(|data| self.fits(inner, data)) {
                alternatives = self.selections(inner, data).max(alternatives);
            }
        }
        total + alternatives
    }

    /// Returns whether an object has all fields that a fragment asks of it.
    fn fits(&self, set: &SelectionSet, data: &Value) -> bool {
        set.fields().all(|field| data.get(field.response_key().as_str()).is_some())
    }

    fn field(&self, field: &Field, parent: &str, data: Option<&Value>) -> u32 {
        let name = field.ty().inner_named_type().as_str();
        let leaf = self.schema.types.get(name).is_none_or(|type_| type_.is_leaf());
        if leaf || field.name.starts_with("__") {
            return 0;
        }
        let value = data.map(|data| data.get(field.response_key().as_str()).unwrap_or(&Value::Null));
        let own = if parent == "QueryRoot" && name == "Count" {
            COUNT_COST
        } else if parent == "Mutation" {
            MUTATION_COST
        } else if parent.ends_with("Payload") {
            0
        } else if name.ends_with("Connection") {
            return self.connection(field, value);
        } else {
            own_cost(name)
        };
        own + match value {
            None => self.selections(&field.selection_set, None),
            // An object that is not there costs as much as a small one.
            Some(Value::Null) if own > 1 && parent != "Mutation" => return 1,
            Some(Value::Null) => 0,
            Some(Value::Array(list)) => self.dearest(&field.selection_set, list.iter()),
            Some(value) => self.selections(&field.selection_set, Some(value)),
        }
    }

    fn dearest<'v>(&self, set: &SelectionSet, values: impl Iterator<Item = &'v Value>) -> u32 {
        values.map(|value| self.selections(set, Some(value))).max().unwrap_or(0)
    }

    fn connection(&self, field: &Field, value: Option<&Value>) -> u32 {
        let mut total = CONNECTION_COST;
        for inner in field.selection_set.fields() {
            let node = match inner.name.as_str() {
                "nodes" => Some(inner),
                "edges" => inner.selection_set.fields().find(|field| field.name == "node"),
                _ => None,
            };
            let Some(node) = node else { continue };
            let name = node.ty().inner_named_type();
            let own = own_cost(name).max(1);
            let rows =
                value.map(|value| value[inner.response_key().as_str()].as_array().map_or(&[][..], Vec::as_slice));
            let (size, child) = match rows {
                None => (self.page_size(field), self.selections(&node.selection_set, None)),
                // What was looked for and not found costs as if it were the smallest, and once.
                Some([]) if name == "MailingAddress" || total > CONNECTION_COST => continue,
                Some([]) => {
                    total += scale(self.page_size(field));
                    continue;
                }
                Some(rows) => {
                    let key = (inner.name == "edges").then(|| node.response_key().as_str());
                    let nodes = rows.iter().map(|row| key.map_or(row, |key| &row[key]));
                    (rows.len() as u64, self.dearest(&node.selection_set, nodes))
                }
            };
            total += scale(size) * (own + child);
        }
        total
    }

    fn page_size(&self, field: &Field) -> u64 {
        let size = |name: &str| {
            let value = field.specified_argument_by_name(name)?;
            match value.as_variable() {
                Some(variable) => self.variables.get(variable.as_str())?.as_u64(),
                None => u64::try_from(value.to_i32()?).ok(),
            }
        };
        size("first").or_else(|| size("last")).unwrap_or(0)
    }
}

fn own_cost(name: &str) -> u32 {
    match name {
        "StoreCreditAccount" => STORE_CREDIT_ACCOUNT_COST,
        name if FREE.contains(&name) => 0,
        _ => 1,
    }
}

/// Returns `floor(2 ln size)`, at least 1.
fn scale(size: u64) -> u32 {
    let size = u32::try_from(size).unwrap_or(u32::MAX).max(1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 45")]
    let scaled = (2.0 * f64::from(size).ln()).floor() as u32;
    scaled.max(1)
}
