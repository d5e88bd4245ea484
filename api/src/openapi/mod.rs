//! The OpenAPI document. Operations describe what is theirs; what holds for all of them is added here: version 3.1 with
//! types that say what may be null, the refusals of every operation with their codes and headers, the security schemes.

mod responses;
mod schemas;

use std::borrow::Cow;
use std::sync::LazyLock;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use poem_openapi::{LicenseObject, OpenApiService, ServerObject};
use serde_json::{Map, Value, json};

use crate::app::Api;
use crate::v1::admin;

/// Name of the security scheme of partners.
pub(crate) const PARTNER_SCHEME: &str = "PartnerKey";
/// Name of the security scheme of administrators.
pub(crate) const ADMIN_SCHEME: &str = "AdminToken";
/// Name of the security scheme of Shopify's webhooks.
pub(crate) const SHOPIFY_SCHEME: &str = "ShopifyHmac";

const DESCRIPTION: &str = "Loyalty points for Shopify merchants.

Every answer is a JSON object with `status` and `error`: `error` is null, or a stable `code` for programs and a `message` for people. \
A field that is documented is always sent; where it may be null, its type says so. `x-request-id` names the request in our logs: \
send your own, or read ours. A list is read page by page: send `next_cursor` as `cursor` until it is null. Each key has a quota of \
requests, shown by `RateLimit-Policy` and `RateLimit`; beyond it, and while the service is unavailable, `Retry-After` says when to try again.";

/// The service that serves the operations of `api`.
pub(crate) fn service<T: poem_openapi::OpenApi>(api: T) -> OpenApiService<T, ()> {
    OpenApiService::new(api, "LoyalNest", env!("CARGO_PKG_VERSION"))
        .description(DESCRIPTION)
        .license(LicenseObject::new("Apache-2.0").identifier("Apache-2.0"))
        .server(ServerObject::new("/").description("The installation that serves this document."))
}

/// The document, as `/openapi.json` serves it.
#[must_use]
pub fn openapi_json() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", document()));
    &TEXT
}

/// The document of the queue monitor's operations, as far as they are served. The front end's client is generated from its contract,
/// `dashboards/ops/contract/openapi.json`; a test compares the two.
#[must_use]
pub fn ops_openapi() -> Value {
    let spec = service(admin::Api::default()).spec();
    let mut document: Value = serde_json::from_str(&spec).expect("poem-openapi writes JSON");
    operations(&mut document).for_each(spread_parameters);
    document
}

fn document() -> Value {
    let spec = service(Api::default()).spec();
    let mut document: Value = serde_json::from_str(&spec).expect("poem-openapi writes JSON");
    document["openapi"] = json!("3.1.0");
    document["components"]["securitySchemes"] = security_schemes();
    for operation in operations(&mut document) {
        secure(operation);
        spread_parameters(operation);
        responses::complete(operation);
    }
    responses::add_schemas(&mut document);
    responses::add_headers(&mut document);
    schemas::convert(&mut document);
    document
}

/// Every operation of every path.
fn operations(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    let operations = paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    operations.filter_map(Value::as_object_mut)
}

fn security_schemes() -> Value {
    json!({
        PARTNER_SCHEME: {
            "type": "http", "scheme": "bearer",
            "description": "A partner's key, for the data of one merchant: `lnk_` and 43 characters. It does what its scopes allow.",
        },
        ADMIN_SCHEME: {
            "type": "http", "scheme": "bearer",
            "description": "The administrator's token, for the data of every merchant: the request names the merchant.",
        },
        SHOPIFY_SCHEME: {
            "type": "apiKey", "in": "header", "name": "X-Shopify-Hmac-Sha256",
            "description": "Base64 of the HMAC-SHA256 of the body, byte for byte, under the app's secret.",
        },
    })
}

/// Moves the scope that `Authorized` declares from its parameter to the security requirement, and names it in the text.
fn secure(operation: &mut Map<String, Value>) {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let scope = parameters.into_iter().flatten().find_map(|parameter| parameter["schema"]["title"].as_str());
    let Some(scope) = scope.map(str::to_owned) else {
        // No security at all is said, too, so that nobody takes it for an omission.
        operation.entry("security").or_insert(json!([]));
        return;
    };
    for requirement in operation.get_mut("security").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(scopes) = requirement.get_mut(PARTNER_SCHEME) {
            *scopes = json!([scope]);
        }
    }
    let text = operation.get("description").and_then(Value::as_str).unwrap_or_default();
    let text = format!("{text}\n\nA partner's key needs the scope `{scope}`.");
    operation.insert("description".to_owned(), Value::String(text));
}

/// Writes an extractor that reads several query parameters as one parameter for each of its properties.
fn spread_parameters(operation: &mut Map<String, Value>) {
    let Some(Value::Array(parameters)) = operation.get_mut("parameters") else { return };
    let spread = std::mem::take(parameters).into_iter().flat_map(|mut parameter| {
        let Some(Value::Object(properties)) = parameter["schema"].get_mut("properties").map(Value::take) else {
            return vec![parameter];
        };
        let one = |(name, mut schema): (String, Value)| {
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            json!({ "name": name, "in": "query", "description": description, "required": false, "schema": schema })
        };
        properties.into_iter().map(one).collect()
    });
    *parameters = spread.collect();
    for parameter in parameters.iter_mut().filter_map(Value::as_object_mut) {
        // What poem-openapi always writes, and what is the default.
        parameter.remove("explode");
        parameter.remove("deprecated");
    }
}

/// A schema with its description.
pub(crate) fn described(ty: &'static str, description: &'static str) -> MetaSchema {
    MetaSchema { description: Some(description), ..MetaSchema::new(ty) }
}

/// The schema of an extractor that reads several query parameters.
pub(crate) fn parameters(properties: Vec<(&'static str, MetaSchema)>) -> MetaSchemaRef {
    let inline = |(name, schema)| (name, MetaSchemaRef::Inline(Box::new(schema)));
    let properties = properties.into_iter().map(inline).collect();
    MetaSchemaRef::Inline(Box::new(MetaSchema { properties, ..MetaSchema::new("object") }))
}

/// A field that is always null: `error` of an operation that did what it was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Null;

impl Type for Null {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "null".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new("null")))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ToJSON for Null {
    fn to_json(&self) -> Option<Value> {
        Some(Value::Null)
    }
}

impl ParseFromJSON for Null {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            None | Some(Value::Null) => Ok(Self),
            Some(other) => Err(ParseError::expected_type(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_extractors_are_parameters_of_the_operation() {
        let document = document();
        let parameters = document["paths"]["/v1/api/webhooks/retries"]["get"]["parameters"].as_array().unwrap();
        let names: Vec<&str> = parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
        assert_eq!(names, ["merchant_id", "shop", "endpoint", "status", "cursor", "limit"]);
        assert_eq!(parameters[5]["schema"]["default"], 20);
        assert!(parameters.iter().all(|parameter| parameter["description"].is_string()), "{parameters:?}");
    }

    #[test]
    fn every_operation_says_its_security_and_its_scope() {
        let mut document = document();
        let webhooks = &document["paths"]["/v1/api/webhooks/retries"]["get"];
        assert_eq!(webhooks["security"], json!([{ PARTNER_SCHEME: ["webhooks:read"] }, { ADMIN_SCHEME: [] }]));
        assert!(webhooks["description"].as_str().unwrap().contains("`webhooks:read`"));
        assert!(operations(&mut document).all(|operation| operation["security"].is_array()));
    }
}
