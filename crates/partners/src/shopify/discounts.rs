//! Discount codes: created, found, deactivated. Creating is idempotent where the caller's code is deterministic: a code that is taken
//! already by the same discount was created by an earlier attempt.

use chrono::{DateTime, Utc};
use domain::MerchantId;

use crate::channel::Repeat;
use crate::error::CallError;
use crate::http::AnswerError;

use super::admin::Operation;
use super::discount_inputs::{basic, bxgy, free_shipping};
use super::documents::{
    CreateBasicCode, CreateBxgyCode, CreateFreeShippingCode, DeactivateCode, FindCode, create_basic_code,
    create_bxgy_code, create_free_shipping_code, deactivate_code, find_code,
};
use super::user_errors::{UserError, check, incomplete};
use super::{SHOPIFY, Shopify};

/// What creating a code costs.
pub(super) const CREATE_COST: u32 = 10;
/// What finding a code costs.
pub(super) const FIND_COST: u32 = 2;
/// What deactivating a code costs.
pub(super) const DEACTIVATE_COST: u32 = 10;

/// A discount with one code. Amounts are decimal numbers in the shop's currency.
#[derive(Debug, Clone)]
pub struct Discount<'a> {
    /// Title in the shop's admin. It also tells, when a code is taken, whether the discount is this one: name the redemption in it.
    pub title: &'a str,
    /// The code: deterministic for the redemption.
    pub code: &'a str,
    /// The only customer who may use it, as a global id; `None`: everybody.
    pub customer: Option<&'a str>,
    /// When it begins to be valid.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// How often it may be used; `None`: as often as one likes.
    pub usage_limit: Option<u32>,
    /// What an order must reach.
    pub minimum: Option<Minimum>,
    /// With which other discounts it may be combined.
    pub combines_with: CombinesWith,
    /// What it gives.
    pub kind: DiscountKind,
}

/// What an order must reach for a discount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Minimum {
    /// This subtotal.
    Subtotal(String),
    /// So many items.
    Quantity(u32),
}

/// With which classes of discounts another may be combined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CombinesWith {
    /// Those of whole orders.
    pub order: bool,
    /// Those of products.
    pub product: bool,
    /// Those of shipping.
    pub shipping: bool,
}

/// Items that a discount concerns, by their global ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Items {
    /// All of an order's.
    All,
    /// These products.
    Products(Vec<String>),
    /// These variants of products.
    Variants(Vec<String>),
    /// The products of these collections.
    Collections(Vec<String>),
}

/// What a discount gives.
#[derive(Debug, Clone, PartialEq)]
pub enum DiscountKind {
    /// So much off these items together. With one product's price and that product it is a free product.
    Amount {
        /// The amount.
        amount: String,
        /// The items.
        items: Items,
    },
    /// A share off these items.
    Percentage {
        /// In percent, above 0 and up to 100.
        percent: f64,
        /// The items.
        items: Items,
    },
    /// No shipping costs.
    FreeShipping {
        /// Up to these costs.
        shipping_price_max: Option<String>,
    },
    /// So many items free with the purchase of others.
    BuyXGetY {
        /// How many are to be bought,
        buys_quantity: u32,
        /// of these: not [`Items::All`].
        buys: Items,
        /// How many are free,
        gets_quantity: u32,
        /// of these: not [`Items::All`].
        gets: Items,
    },
}

/// A discount code that a shop has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountCode {
    /// Global id of the discount.
    pub id: String,
    /// Whether an earlier attempt had created it.
    pub existed: bool,
}

/// A discount as a shop shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountStatus {
    /// Global id of the discount.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether it is valid now.
    pub active: bool,
    /// How often its codes were used; Shopify counts with delay.
    pub uses: i64,
}

impl Shopify {
    /// Creates a discount with its code. Where the code exists already and belongs to a discount of the same title, returns that one.
    ///
    /// # Errors
    /// Fails with [`CallError::Rejected`] where Shopify refuses the discount for good, or another discount has the code; otherwise as
    /// any call.
    pub async fn create_discount(
        &self,
        merchant: &MerchantId,
        discount: &Discount<'_>,
    ) -> Result<DiscountCode, CallError> {
        let (id, errors) = match &discount.kind {
            DiscountKind::Amount { .. } | DiscountKind::Percentage { .. } => {
                self.create_basic(merchant, discount).await?
            }
            DiscountKind::FreeShipping { .. } => self.create_free_shipping(merchant, discount).await?,
            DiscountKind::BuyXGetY { .. } => self.create_bxgy(merchant, discount).await?,
        };
        if !errors.is_empty() && errors.iter().all(|error| error.code == "TAKEN") {
            return self.reconcile(merchant, discount, errors).await;
        }
        check(errors)?;
        Ok(DiscountCode { id: id.ok_or_else(incomplete)?, existed: false })
    }

    /// Finds out whose a taken code is.
    async fn reconcile(
        &self,
        merchant: &MerchantId,
        discount: &Discount<'_>,
        errors: Vec<UserError>,
    ) -> Result<DiscountCode, CallError> {
        match self.find_discount(merchant, discount.code).await? {
            Some(found) if found.title == discount.title => Ok(DiscountCode { id: found.id, existed: true }),
            _ => check(errors).and(Err(incomplete())),
        }
    }

    /// Returns the discount that has that code, if there is one.
    ///
    /// # Errors
    /// As any call.
    pub async fn find_discount(&self, merchant: &MerchantId, code: &str) -> Result<Option<DiscountStatus>, CallError> {
        use find_code::{DiscountStatus as State, FindCodeCodeDiscountNodeByCodeCodeDiscount as Found};
        let variables = find_code::Variables { code: code.to_owned() };
        let operation = Operation::<FindCode>::new(variables, FIND_COST, Repeat::Safe)?;
        let Some(node) = self.run(merchant, operation).await?.code_discount_node_by_code else { return Ok(None) };
        let (title, status, uses) = match node.code_discount {
            Found::DiscountCodeBasic(basic) => (basic.title, basic.status, basic.async_usage_count),
            Found::DiscountCodeFreeShipping(shipping) => (shipping.title, shipping.status, shipping.async_usage_count),
            Found::DiscountCodeBxgy(bxgy) => (bxgy.title, bxgy.status, bxgy.async_usage_count),
        };
        Ok(Some(DiscountStatus { id: node.id, title, active: matches!(status, State::ACTIVE), uses }))
    }

    /// Deactivates a discount by its global id: its code cannot be used any more. Can be repeated.
    ///
    /// # Errors
    /// As any call.
    pub async fn deactivate_discount(&self, merchant: &MerchantId, id: &str) -> Result<(), CallError> {
        let variables = deactivate_code::Variables { id: id.to_owned() };
        let operation = Operation::<DeactivateCode>::new(variables, DEACTIVATE_COST, Repeat::Safe)?;
        let payload = self.run(merchant, operation).await?.discount_code_deactivate.ok_or_else(incomplete)?;
        check(payload.user_errors.into_iter().map(|error| UserError::new(error.code, error.field)).collect())
    }

    async fn create_basic(&self, merchant: &MerchantId, discount: &Discount<'_>) -> Result<Created, CallError> {
        let variables = create_basic_code::Variables { discount: basic(discount).ok_or_else(unfit)? };
        let operation = Operation::<CreateBasicCode>::new(variables, CREATE_COST, Repeat::Safe)?;
        let payload = self.run(merchant, operation).await?.discount_code_basic_create.ok_or_else(incomplete)?;
        let errors = payload.user_errors.into_iter().map(|error| UserError::new(error.code, error.field));
        Ok((payload.code_discount_node.map(|node| node.id), errors.collect()))
    }

    async fn create_free_shipping(&self, merchant: &MerchantId, discount: &Discount<'_>) -> Result<Created, CallError> {
        let variables = create_free_shipping_code::Variables { discount: free_shipping(discount).ok_or_else(unfit)? };
        let operation = Operation::<CreateFreeShippingCode>::new(variables, CREATE_COST, Repeat::Safe)?;
        let payload = self.run(merchant, operation).await?.discount_code_free_shipping_create.ok_or_else(incomplete)?;
        let errors = payload.user_errors.into_iter().map(|error| UserError::new(error.code, error.field));
        Ok((payload.code_discount_node.map(|node| node.id), errors.collect()))
    }

    async fn create_bxgy(&self, merchant: &MerchantId, discount: &Discount<'_>) -> Result<Created, CallError> {
        let variables = create_bxgy_code::Variables { discount: bxgy(discount).ok_or_else(unfit)? };
        let operation = Operation::<CreateBxgyCode>::new(variables, CREATE_COST, Repeat::Safe)?;
        let payload = self.run(merchant, operation).await?.discount_code_bxgy_create.ok_or_else(incomplete)?;
        let errors = payload.user_errors.into_iter().map(|error| UserError::new(error.code, error.field));
        Ok((payload.code_discount_node.map(|node| node.id), errors.collect()))
    }
}

/// The id of a new discount, or why there is none.
type Created = (Option<String>, Vec<UserError>);

fn unfit() -> CallError {
    let source = AnswerError::Unfit("the discount is of another kind").into();
    CallError::Invalid { partner: SHOPIFY.name, source }
}
