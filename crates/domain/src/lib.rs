//! The rules of the loyalty programme as pure functions: facts in, decisions out.
//!
//! [`order`] joins whatever messages arrive about an order into one state, [`target`] says how many points that state
//! is worth under a rule, and [`plan`] turns the difference to the ledger into entries. Nothing here is async, knows
//! SQL or HTTP, or reads a clock, a random source or the environment: those are arguments.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod contact;
pub mod event;
mod fraction;
pub mod ids;
pub mod ledger;
pub mod money;
pub mod order;
pub mod personal_data;
pub mod plan;
pub mod rule;
pub mod target;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod token_rate;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod wire_samples;

pub use contact::{AddressClaim, AddressHolder, Assignment, ClaimOutcome, ContactFacts, Seen, assign_addresses};
pub use event::EventName;
pub use ids::{
    CustomerId, IdError, IdSource, LogId, LotId, MerchantId, ShopifyCustomerId, ShopifyLineId, ShopifyOrderId,
    ShopifyRefundId, TransactionId,
};
pub use ledger::{Account, Allocation, LedgerEntry, Lot, NewLot, OrderLedger, POINTS_MAX, TransactionType};
pub use money::{Currency, Minor, MoneyError, parse_amount, parse_decimal};
pub use order::{
    AdjustmentFacts, CustomerFacts, FinancialStatus, LineFacts, OrderDocument, OrderMessage, OrderState, RefundFacts,
    RefundLineFacts, SeenCustomer,
};
pub use personal_data::PersonalData;
pub use plan::{AccountPair, OrderInput, PlanError, needs_lots, plan_order, previous_customer};
pub use rule::{
    Arithmetic, AwardOn, EarnRule, Factor, NegativeBalance, Rate, RateSource, Rounding, RuleError, RuleSnapshot, Terms,
    ValidityDays, default_rate,
};
pub use target::{TargetError, target_points};
pub use token_rate::{InvalidRate, TokenRate};
