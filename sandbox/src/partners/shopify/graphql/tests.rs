//! The engine by itself: the schema, refusals, and what queries cost.

use super::*;

#[test]
fn the_cut_down_schema_is_valid() {
    let schema = Schema::parse_and_validate(schema_text(), "admin.graphql").map_err(|errors| errors.errors.to_string());
    assert!(schema.is_ok(), "{}", schema.unwrap_err());
}

fn cost(query: &str, variables: &Value) -> u32 {
    let engine = Engine::new();
    let checked = engine.checked(query);
    let document = checked.as_ref().as_ref().unwrap();
    let operation = document.operations.get(None).unwrap();
    cost::requested(&engine.schema, document, operation, variables.as_object().unwrap())
}

#[test]
fn costs_are_those_of_recorded_answers() {
    let discount = "mutation($i: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $i) \
                    { codeDiscountNode { id } userErrors { field } } }";
    assert_eq!(cost(discount, &json!({})), 10);
    let order = "query($id: ID!) { order(id: $id) { id totalPriceSet { shopMoney { amount } } lineItems(first: 5) \
                 { nodes { title taxLines { rate } } } } }";
    assert_eq!(cost(order, &json!({})), 1 + 2 + 3 * 2);
    let accounts = "query($id: ID!, $n: Int) { customer(id: $id) { storeCreditAccounts(first: $n) { nodes { id } } } }";
    assert_eq!(cost(accounts, &json!({ "n": 50 })), 1 + 2 + 7 * 6);
    assert_eq!(cost("{ customersCount { count } }", &json!({})), 10);
    let edges = "{ customers(first: 250) { edges { cursor node { id } } pageInfo { hasNextPage } } }";
    assert_eq!(cost(edges, &json!({})), 2 + 11);
    let union = "query($id: ID!) { codeDiscountNode(id: $id) { codeDiscount { ... on DiscountCodeBasic { combinesWith \
                 { orderDiscounts } context { __typename } } ... on DiscountCodeBxgy { combinesWith { orderDiscounts } } } } }";
    assert_eq!(cost(union, &json!({})), 1 + 1 + 2);
}

#[test]
fn a_document_that_does_not_fit_the_schema_is_refused_in_shopifys_words() {
    let engine = Engine::new();
    let refused = |query: &str| {
        let checked = engine.checked(query);
        checked.as_ref().as_ref().err().map(|errors| errors[0].clone()).unwrap_or_default()
    };
    let unknown = refused("query Q {\n  shop {\n    nickname\n  }\n}");
    assert_eq!(
        unknown,
        json!({
            "message": "Field 'nickname' doesn't exist on type 'Shop'",
            "locations": [{ "line": 3, "column": 5 }],
            "path": ["query Q", "shop", "nickname"],
            "extensions": { "code": "undefinedField", "typeName": "Shop", "fieldName": "nickname" },
        })
    );
    assert_eq!(refused("{ shop(id: 1) { name } }")["extensions"]["code"], "argumentNotAccepted");
    let missing = refused("mutation M { customerMerge(customerOneId: \"gid://shopify/Customer/1\") { job { id } } }");
    assert_eq!(missing["extensions"]["arguments"], "customerTwoId");
    assert_eq!(refused("{ shop }")["extensions"]["code"], "selectionMismatch");
    let null = refused("mutation M { discountCodeBasicCreate(basicCodeDiscount: null) { userErrors { field } } }");
    assert_eq!(null["extensions"]["code"], "argumentLiteralsIncompatible");
    assert!(refused("{ shop {").is_object());
    assert!(refused("query($x: Int) { shop { name } }").is_object(), "a variable that is not used");
}
