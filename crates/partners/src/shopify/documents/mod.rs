//! The GraphQL documents that are sent to Shopify, one file each, with their types: made while compiling from the part of Shopify's
//! schema that the sandbox plays, so that a field that is not there does not compile.

use graphql_client::GraphQLQuery;

/// An instant, RFC 3339.
type DateTime = String;
/// A decimal number.
type Decimal = String;
/// A whole number, as text.
type UnsignedInt64 = String;

macro_rules! documents {
    ($($name:ident($path:tt $(, $derives:tt)?);)*) => {$(
        #[derive(GraphQLQuery)]
        #[graphql(
            schema_path = "../../sandbox/src/partners/shopify/schema.graphql",
            query_path = $path,
            response_derives = "Debug",
            $(variables_derives = $derives,)?
            skip_serializing_none
        )]
        pub(super) struct $name;
    )*};
}

documents! {
    CreateBasicCode("src/shopify/documents/create_basic_code.graphql", "Default");
    CreateFreeShippingCode("src/shopify/documents/create_free_shipping_code.graphql", "Default");
    CreateBxgyCode("src/shopify/documents/create_bxgy_code.graphql", "Default");
    FindCode("src/shopify/documents/find_code.graphql");
    DeactivateCode("src/shopify/documents/deactivate_code.graphql");
    CreditStoreCredit("src/shopify/documents/credit_store_credit.graphql");
    ListStoreCredit("src/shopify/documents/list_store_credit.graphql");
    SetMetafields("src/shopify/documents/set_metafields.graphql", "Default");
}
