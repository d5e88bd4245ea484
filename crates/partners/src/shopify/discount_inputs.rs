//! Discounts as Shopify's inputs. Each document has types of its own for the same input, so that what they share is a macro.

use chrono::{DateTime, SecondsFormat, Utc};

use super::discounts::{Discount, DiscountKind, Items, Minimum};
use super::documents::{create_basic_code, create_bxgy_code, create_free_shipping_code};

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

macro_rules! shared_inputs {
    (@minimum) => {
            pub(super) fn minimum(discount: &Discount<'_>) -> Option<DiscountMinimumRequirementInput> {
                let (subtotal, quantity) = match discount.minimum.as_ref()? {
                    Minimum::Subtotal(subtotal) => (Some(subtotal.clone()), None),
                    Minimum::Quantity(quantity) => (None, Some(quantity.to_string())),
                };
                Some(DiscountMinimumRequirementInput {
                    subtotal: subtotal.map(|subtotal| DiscountMinimumSubtotalInput {
                        greater_than_or_equal_to_subtotal: Some(subtotal),
                    }),
                    quantity: quantity.map(|quantity| DiscountMinimumQuantityInput {
                        greater_than_or_equal_to_quantity: Some(quantity),
                    }),
                })
            }
    };
    (@items) => {
            pub(super) fn items(items: &Items) -> Option<DiscountItemsInput> {
                let products = |products, variants| {
                    Some(DiscountProductsInput {
                        products_to_add: products,
                        product_variants_to_add: variants,
                        ..Default::default()
                    })
                };
                let none = DiscountItemsInput::default;
                Some(match items {
                    Items::All => DiscountItemsInput { all: Some(true), ..none() },
                    Items::Products(ids) => DiscountItemsInput { products: products(Some(ids.clone()), None), ..none() },
                    Items::Variants(ids) => DiscountItemsInput { products: products(None, Some(ids.clone())), ..none() },
                    Items::Collections(ids) => {
                        let collections = DiscountCollectionsInput { add: Some(ids.clone()), remove: None };
                        DiscountItemsInput { collections: Some(collections), ..none() }
                    }
                })
            }
    };
    ($name:ident, $document:ident $(, $more:ident)*) => {
        mod $name {
            use super::super::documents::$document::*;
            #[allow(unused_imports, reason = "not every document has all inputs")]
            use super::{Discount, Items, Minimum};

            pub(super) fn context(discount: &Discount<'_>) -> Option<DiscountContextInput> {
                Some(match discount.customer {
                    None => DiscountContextInput { all: Some(DiscountBuyerSelection::ALL), ..Default::default() },
                    Some(customer) => {
                        let customers = DiscountCustomersInput { add: Some(vec![customer.to_owned()]), remove: None };
                        DiscountContextInput { customers: Some(customers), ..Default::default() }
                    }
                })
            }

            pub(super) fn combines_with(discount: &Discount<'_>) -> Option<DiscountCombinesWithInput> {
                let with = discount.combines_with;
                Some(DiscountCombinesWithInput {
                    order_discounts: Some(with.order),
                    product_discounts: Some(with.product),
                    shipping_discounts: Some(with.shipping),
                    ..Default::default()
                })
            }

            $(shared_inputs!(@$more);)*
        }
    };
}

shared_inputs!(of_basic, create_basic_code, minimum, items);
shared_inputs!(of_shipping, create_free_shipping_code, minimum);
shared_inputs!(of_bxgy, create_bxgy_code, items);

/// Makes the input of a discount off items; `None` for another kind.
pub(super) fn basic(discount: &Discount<'_>) -> Option<create_basic_code::DiscountCodeBasicInput> {
    use create_basic_code::{
        DiscountAmountInput, DiscountCodeBasicInput, DiscountCustomerGetsInput, DiscountCustomerGetsValueInput,
    };
    let (value, items) = match &discount.kind {
        DiscountKind::Amount { amount, items } => {
            let amount = DiscountAmountInput { amount: Some(amount.clone()), applies_on_each_item: Some(false) };
            (DiscountCustomerGetsValueInput { discount_amount: Some(amount), ..Default::default() }, items)
        }
        DiscountKind::Percentage { percent, items } => {
            (DiscountCustomerGetsValueInput { percentage: Some(percent / 100.0), ..Default::default() }, items)
        }
        _ => return None,
    };
    Some(DiscountCodeBasicInput {
        title: Some(discount.title.to_owned()),
        code: Some(discount.code.to_owned()),
        starts_at: Some(moment(discount.starts_at)),
        ends_at: discount.ends_at.map(moment),
        applies_once_per_customer: Some(discount.usage_limit == Some(1)),
        usage_limit: discount.usage_limit.map(i64::from),
        context: of_basic::context(discount),
        combines_with: of_basic::combines_with(discount),
        minimum_requirement: of_basic::minimum(discount),
        customer_gets: Some(DiscountCustomerGetsInput {
            value: Some(value),
            items: of_basic::items(items),
            ..Default::default()
        }),
        ..Default::default()
    })
}

/// Makes the input of free shipping; `None` for another kind.
pub(super) fn free_shipping(
    discount: &Discount<'_>,
) -> Option<create_free_shipping_code::DiscountCodeFreeShippingInput> {
    use create_free_shipping_code::{DiscountCodeFreeShippingInput, DiscountShippingDestinationSelectionInput};
    let DiscountKind::FreeShipping { shipping_price_max } = &discount.kind else { return None };
    let everywhere = DiscountShippingDestinationSelectionInput { all: Some(true), countries: None };
    Some(DiscountCodeFreeShippingInput {
        title: Some(discount.title.to_owned()),
        code: Some(discount.code.to_owned()),
        starts_at: Some(moment(discount.starts_at)),
        ends_at: discount.ends_at.map(moment),
        applies_once_per_customer: Some(discount.usage_limit == Some(1)),
        usage_limit: discount.usage_limit.map(i64::from),
        context: of_shipping::context(discount),
        combines_with: of_shipping::combines_with(discount),
        minimum_requirement: of_shipping::minimum(discount),
        destination: Some(everywhere),
        maximum_shipping_price: shipping_price_max.clone(),
        ..Default::default()
    })
}

/// Makes the input of items that are free with others; `None` for another kind.
pub(super) fn bxgy(discount: &Discount<'_>) -> Option<create_bxgy_code::DiscountCodeBxgyInput> {
    use create_bxgy_code::{
        DiscountCodeBxgyInput, DiscountCustomerBuysInput, DiscountCustomerBuysValueInput, DiscountCustomerGetsInput,
        DiscountCustomerGetsValueInput, DiscountEffectInput, DiscountOnQuantityInput,
    };
    let DiscountKind::BuyXGetY { buys_quantity, buys, gets_quantity, gets } = &discount.kind else { return None };
    let free = DiscountEffectInput { percentage: Some(1.0), amount: None };
    let on_quantity = DiscountOnQuantityInput { quantity: Some(gets_quantity.to_string()), effect: Some(free) };
    let bought = DiscountCustomerBuysValueInput { quantity: Some(buys_quantity.to_string()), amount: None };
    Some(DiscountCodeBxgyInput {
        title: Some(discount.title.to_owned()),
        code: Some(discount.code.to_owned()),
        starts_at: Some(moment(discount.starts_at)),
        ends_at: discount.ends_at.map(moment),
        applies_once_per_customer: Some(discount.usage_limit == Some(1)),
        usage_limit: discount.usage_limit.map(i64::from),
        uses_per_order_limit: Some(1),
        context: of_bxgy::context(discount),
        combines_with: of_bxgy::combines_with(discount),
        customer_buys: Some(DiscountCustomerBuysInput {
            value: Some(bought),
            items: of_bxgy::items(buys),
            ..Default::default()
        }),
        customer_gets: Some(DiscountCustomerGetsInput {
            value: Some(DiscountCustomerGetsValueInput {
                discount_on_quantity: Some(on_quantity),
                ..Default::default()
            }),
            items: of_bxgy::items(gets),
            ..Default::default()
        }),
        ..Default::default()
    })
}
