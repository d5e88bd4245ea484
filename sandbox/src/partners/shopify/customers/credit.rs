//! Store credit: an account for each customer and currency, credited and debited.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::bounded::BoundedMap;
use crate::partners::shopify::graphql::Problem;
use crate::partners::shopify::resolve::Session;
use crate::partners::shopify::shop::{RECORDS_MAX, Shop};
use crate::partners::shopify::values::{gid, moment, money, number, parse_moment, units};

/// Most that an account can hold, in hundred-millionths.
const BALANCE_UNITS_MAX: i128 = 15_000 * 100_000_000;
/// Transactions that an account shows.
const TRANSACTIONS_MAX: usize = 250;
/// Currencies that are only answered and never taken.
const RESULT_ONLY: [&str; 2] = ["USDC", "XXX"];

/// The accounts of a shop.
#[derive(Debug)]
pub(in crate::partners::shopify) struct StoreCredit {
    accounts: BoundedMap<u64, Account>,
    by_owner: BTreeMap<(u64, String), u64>,
}

#[derive(Debug, Clone)]
struct Account {
    id: u64,
    owner: u64,
    currency: String,
    balance: i128,
    transactions: Vec<Value>,
}

impl StoreCredit {
    /// Returns none.
    pub(in crate::partners::shopify) fn new() -> Self {
        Self { accounts: BoundedMap::new(RECORDS_MAX), by_owner: BTreeMap::new() }
    }
}

impl Account {
    fn view(&self) -> Value {
        json!({
            "__typename": "StoreCreditAccount",
            "id": gid("StoreCreditAccount", self.id),
            "ownerId": gid("Customer", self.owner),
            "balance": money(self.balance, &self.currency),
            "transactions": self.transactions,
        })
    }
}

/// Answers a field that is about store credit.
pub(super) fn answer(session: &Session<'_>, shop: &mut Shop, field: &str, arguments: &Value) -> Option<Value> {
    Some(match field {
        "storeCreditAccount" => {
            let account = number(&arguments["id"], "StoreCreditAccount").and_then(|id| shop.credit.accounts.get(&id));
            account.map_or(Value::Null, Account::view)
        }
        "storeCreditAccountCredit" => book(session, shop, arguments, true),
        "storeCreditAccountDebit" => book(session, shop, arguments, false),
        _ => return None,
    })
}

/// Returns a customer's accounts, or only those of `currency_code:`.
pub(super) fn accounts(shop: &Shop, owner: &Value, query: Option<&str>) -> Value {
    let owner = number(owner, "Customer").unwrap_or(0);
    let wanted = query.and_then(|query| query.strip_prefix("currency_code:"));
    let mut found: Vec<&Account> =
        shop.credit.accounts.newest_first().filter(|account| account.owner == owner).collect();
    found.retain(|account| wanted.is_none_or(|wanted| account.currency == wanted));
    found.sort_by_key(|account| account.id);
    found.into_iter().map(Account::view).collect()
}

fn book(session: &Session<'_>, shop: &mut Shop, arguments: &Value, credit: bool) -> Value {
    let (input_name, amount_name) =
        if credit { ("creditInput", "creditAmount") } else { ("debitInput", "debitAmount") };
    let input = &arguments[input_name];
    let currency = input[amount_name]["currencyCode"].as_str().unwrap_or_default().to_owned();
    if RESULT_ONLY.contains(&currency.as_str()) {
        let message = format!(
            "CurrencyCode \"{currency}\" is invalid. It can only be used as a result and not as an input value."
        );
        return session.fail(Problem { message, extensions: json!({ "code": "CURRENCY_CODE_INVALID" }) });
    }
    let refused = |field: &[&str], message: &str, code: &str| {
        let error = json!({ "field": field, "message": message, "code": code });
        json!({ "storeCreditAccountTransaction": null, "userErrors": [error] })
    };
    let amount = units(&input[amount_name]["amount"]).unwrap_or(0);
    let account = match account(shop, &arguments["id"], &currency, credit) {
        Ok(account) => account,
        Err((message, code)) => return refused(&["id"], message, code),
    };
    if credit && parse_moment(&input["expiresAt"]).is_some_and(|ends| ends <= session.now) {
        return refused(&[input_name, "expiresAt"], "The expiry date must be in the future", "EXPIRES_AT_IN_PAST");
    }
    let at = [input_name, amount_name, "amount"];
    if amount <= 0 {
        let verb = if credit { "credit" } else { "debit" };
        let message = format!("A positive amount must be used to {verb} a store credit account");
        return refused(&at, &message, "NEGATIVE_OR_ZERO_AMOUNT");
    }
    if account.currency != currency {
        let message = "The currency provided does not match the currency of the store credit account";
        return refused(&[input_name, amount_name, "currencyCode"], message, "MISMATCHING_CURRENCY");
    }
    if credit && account.balance + amount > BALANCE_UNITS_MAX {
        let message = "The operation would cause the account's credit limit to be exceeded";
        return refused(&at, message, "CREDIT_LIMIT_EXCEEDED");
    }
    if !credit && account.balance < amount {
        let message = "The store credit account does not have sufficient funds to satisfy the request";
        return refused(&at, message, "INSUFFICIENT_FUNDS");
    }
    let delta = if credit { amount } else { -amount };
    let transaction = booked(session, shop, account, delta, &input["expiresAt"]);
    json!({ "storeCreditAccountTransaction": transaction, "userErrors": [] })
}

/// Finds the account by its id, or a customer's of that currency, which is made for a credit.
fn account(shop: &mut Shop, id: &Value, currency: &str, credit: bool) -> Result<Account, (&'static str, &'static str)> {
    let missing = ("Store credit account does not exist", "ACCOUNT_NOT_FOUND");
    if let Some(id) = number(id, "StoreCreditAccount") {
        return shop.credit.accounts.get(&id).cloned().ok_or(missing);
    }
    let unknown = if credit { ("Owner does not exist", "OWNER_NOT_FOUND") } else { missing };
    let owner = number(id, "Customer").filter(|owner| shop.has_customer(*owner)).ok_or(unknown)?;
    let key = (owner, currency.to_owned());
    if let Some(account) = shop.credit.by_owner.get(&key).and_then(|id| shop.credit.accounts.get(id)) {
        return Ok(account.clone());
    }
    if !credit {
        return Err(missing);
    }
    Ok(Account { id: shop.id(), owner, currency: currency.to_owned(), balance: 0, transactions: Vec::new() })
}

fn booked(session: &Session<'_>, shop: &mut Shop, account: Account, delta: i128, expires_at: &Value) -> Value {
    let mut account = account;
    account.balance += delta;
    let kind = if delta > 0 { "StoreCreditAccountCreditTransaction" } else { "StoreCreditAccountDebitTransaction" };
    let mut transaction = json!({
        "__typename": kind,
        "id": gid(kind, shop.id()),
        "amount": money(delta, &account.currency),
        "balanceAfterTransaction": money(account.balance, &account.currency),
        "createdAt": moment(session.now),
        "event": "ADJUSTMENT",
        "origin": null,
        "expiresAt": expires_at,
        "remainingAmount": money(delta, &account.currency),
    });
    account.transactions.push(transaction.clone());
    if account.transactions.len() > TRANSACTIONS_MAX {
        account.transactions.remove(0);
    }
    transaction["account"] = account.view();
    if shop.credit.by_owner.len() >= RECORDS_MAX {
        let accounts = &shop.credit.accounts;
        shop.credit.by_owner.retain(|_, id| accounts.get(id).is_some());
    }
    shop.credit.by_owner.insert((account.owner, account.currency.clone()), account.id);
    shop.credit.accounts.insert(account.id, account);
    transaction
}
