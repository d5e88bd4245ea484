//! Store credit of customers. Shopify knows no idempotency for it: a credit is never sent again by itself, and whoever repeats one looks
//! first which credits the customer has received since.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::MerchantId;

use crate::channel::Repeat;
use crate::error::CallError;
use crate::http::AnswerError;

use super::admin::Operation;
use super::documents::{CreditStoreCredit, ListStoreCredit, credit_store_credit, list_store_credit};
use super::user_errors::{UserError, check, incomplete};
use super::{SHOPIFY, Shopify};

/// What a credit costs.
pub(super) const CREDIT_COST: u32 = 10;
/// What looking for credits costs.
pub(super) const LIST_COST: u32 = 18;
/// Transactions that are looked through, the newest first.
pub(super) const TRANSACTIONS_MAX: i64 = 50;

/// A credit for a customer.
#[derive(Debug, Clone)]
pub struct StoreCredit<'a> {
    /// Global id of the customer.
    pub customer: &'a str,
    /// The amount, a decimal number.
    pub amount: &'a str,
    /// Its currency (ISO 4217).
    pub currency: &'a str,
    /// When it expires.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A credit that a customer has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreCreditTransaction {
    /// Global id of the transaction.
    pub id: String,
    /// The amount, as Shopify writes it.
    pub amount: String,
    /// When it was credited.
    pub created_at: DateTime<Utc>,
}

impl Shopify {
    /// Credits a customer's account, which is made if there is none. Returns the global id of the transaction.
    ///
    /// # Errors
    /// As any call. After [`CallError::Failed`] and [`CallError::TimedOut`] Shopify may have credited it: look with
    /// [`Shopify::store_credits`] before the next attempt.
    pub async fn credit_store_credit(
        &self,
        merchant: &MerchantId,
        credit: &StoreCredit<'_>,
    ) -> Result<String, CallError> {
        use credit_store_credit::{CurrencyCode, MoneyInput, StoreCreditAccountCreditInput, Variables};
        let currency: CurrencyCode =
            serde_json::from_value(credit.currency.into()).map_err(|_| unfit("the currency is unknown"))?;
        let input = StoreCreditAccountCreditInput {
            credit_amount: MoneyInput { amount: credit.amount.to_owned(), currency_code: currency },
            expires_at: credit.expires_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            notify: Some(false),
        };
        let variables = Variables { id: credit.customer.to_owned(), credit: input };
        let operation = Operation::<CreditStoreCredit>::new(variables, CREDIT_COST, Repeat::Never)?;
        let payload = self.run(merchant, operation).await?.store_credit_account_credit.ok_or_else(incomplete)?;
        check(payload.user_errors.into_iter().map(|error| UserError::new(error.code, error.field)).collect())?;
        Ok(payload.store_credit_account_transaction.ok_or_else(incomplete)?.id)
    }

    /// Returns the credits that a customer has received in a currency at `since` or later, the newest first; of the latest 50 transactions.
    ///
    /// # Errors
    /// As any call.
    pub async fn store_credits(
        &self,
        merchant: &MerchantId,
        customer: &str,
        currency: &str,
        since: DateTime<Utc>,
    ) -> Result<Vec<StoreCreditTransaction>, CallError> {
        use list_store_credit::ListStoreCreditCustomerStoreCreditAccountsNodesTransactionsNodesOn as Kind;
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(unfit("the currency is unknown"));
        }
        let variables = list_store_credit::Variables {
            customer: customer.to_owned(),
            currency: format!("currency_code:{currency}"),
            transactions: TRANSACTIONS_MAX,
        };
        let operation = Operation::<ListStoreCredit>::new(variables, LIST_COST, Repeat::Safe)?;
        let Some(customer) = self.run(merchant, operation).await?.customer else { return Ok(Vec::new()) };
        let mut credits = Vec::new();
        for transaction in
            customer.store_credit_accounts.nodes.into_iter().flat_map(|account| account.transactions.nodes)
        {
            let Kind::StoreCreditAccountCreditTransaction(credit) = transaction.on else { continue };
            let created_at = DateTime::parse_from_rfc3339(&transaction.created_at).map_err(|_| incomplete())?.to_utc();
            if created_at >= since {
                credits.push(StoreCreditTransaction { id: credit.id, amount: transaction.amount.amount, created_at });
            }
        }
        Ok(credits)
    }
}

fn unfit(why: &'static str) -> CallError {
    CallError::Invalid { partner: SHOPIFY.name, source: AnswerError::Unfit(why).into() }
}
