//! The accounts and rules a batch works with, loaded and locked once, changed in memory by `domain`'s plans.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::{
    Account, AccountPair, CustomerId, EarnRule, LedgerEntry, MerchantId, OrderInput, ShopifyOrderId, needs_lots,
    plan_order, previous_customer,
};
use store::crypto::Nonce;
use store::customers::{IndexedEmail, LockedCustomer, NewCustomer, ensure, lock_by_id, lock_by_shopify_id};
use store::ledger::Balance;
use store::{StoreError, Tx, ledger};

use super::OrderProcessor;
use super::batch::BatchOrder;
use super::refusal::Refusal;

struct LockedAccount {
    merchant_id: String,
    account: Account,
    segment: Option<String>,
    moved: bool,
}

/// All accounts of the batch, locked.
pub(super) struct Accounts {
    accounts: Vec<LockedAccount>,
    by_id: HashMap<(String, String), usize>,
    by_shopify_id: HashMap<(String, i64), usize>,
    rules: HashMap<String, EarnRule>,
    now: DateTime<Utc>,
}

impl Accounts {
    /// Finds or makes the customers of the orders, locks them and loads what planning needs beside the `rules` of
    /// merchants that have one of their own.
    pub(super) async fn open(
        tx: &mut Tx,
        processor: &OrderProcessor,
        rules: HashMap<String, EarnRule>,
        orders: &[BatchOrder],
    ) -> Result<Self, StoreError> {
        let mut accounts = Self {
            accounts: Vec::new(),
            by_id: HashMap::new(),
            by_shopify_id: HashMap::new(),
            rules,
            now: processor.clock.now(),
        };
        accounts.lock_current(tx, processor, orders).await?;
        accounts.lock_previous(tx, orders).await?;
        accounts.load_lots(tx, orders).await?;
        Ok(accounts)
    }

    async fn lock_current(
        &mut self,
        tx: &mut Tx,
        processor: &OrderProcessor,
        orders: &[BatchOrder],
    ) -> Result<(), StoreError> {
        let wanted: BTreeSet<(&str, i64)> = orders.iter().filter_map(shopify_key).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let wanted: Vec<(&str, i64)> = wanted.into_iter().collect();
        self.add(lock_by_shopify_id(tx, &wanted).await?)?;
        let missing: Vec<(&str, i64)> = wanted.into_iter().filter(|key| !self.knows(*key)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let new = new_customers(processor, orders, &missing)?;
        ensure(tx, &new).await?;
        self.add(lock_by_shopify_id(tx, &missing).await?)?;
        if missing.iter().all(|key| self.knows(*key)) { Ok(()) } else { Err(StoreError::Conflict(None)) }
    }

    async fn lock_previous(&mut self, tx: &mut Tx, orders: &[BatchOrder]) -> Result<(), StoreError> {
        let holders = orders.iter().filter_map(|order| {
            let holder = order.record.ledger.customer_id.as_ref()?;
            let key = (order.record.merchant_id.clone(), holder.as_str().to_owned());
            (!self.by_id.contains_key(&key)).then_some((order.record.merchant_id.as_str(), holder.as_str()))
        });
        let missing: Vec<(&str, &str)> = holders.collect::<BTreeSet<_>>().into_iter().collect();
        if missing.is_empty() { Ok(()) } else { self.add(lock_by_id(tx, &missing).await?) }
    }

    /// Lots are needed only where points are taken back.
    async fn load_lots(&mut self, tx: &mut Tx, orders: &[BatchOrder]) -> Result<(), StoreError> {
        let mut debited: BTreeSet<usize> = BTreeSet::new();
        for order in orders {
            let current = self.current(order);
            let account = current.map(|at| &self.accounts[at]);
            let input = input(&self.rules, self.now, order, account);
            if needs_lots(&input, &order.record.ledger, account.map(|account| &account.account.customer_id)) {
                debited.extend(current);
                debited.extend(self.previous(order, current));
            }
        }
        if debited.is_empty() {
            return Ok(());
        }
        let keys: Vec<(&str, &str)> = debited
            .iter()
            .map(|at| (self.accounts[*at].merchant_id.as_str(), self.accounts[*at].account.customer_id.as_str()))
            .collect();
        let lots = ledger::open_lots(tx, &keys).await?;
        for (merchant, customer, lot) in lots {
            if let Some(at) = self.by_id.get(&(merchant, customer)) {
                self.accounts[*at].account.lots.push(lot);
            }
        }
        Ok(())
    }

    /// What must be written for an order; its standing and the accounts are changed accordingly. On an error, which
    /// says what is wrong, nothing is changed.
    pub(super) fn plan(
        &mut self,
        processor: &OrderProcessor,
        order: &mut BatchOrder,
    ) -> Result<Vec<LedgerEntry>, Refusal> {
        let current = self.current(order);
        let previous = self.previous(order, current);
        let input = input(&self.rules, self.now, order, current.map(|at| &self.accounts[at]));
        let mut ledger = order.record.ledger.clone();
        let mut mint = || processor.ids.ulid();
        let entries = match (current, previous) {
            (Some(current), Some(previous)) => {
                let accounts = self
                    .accounts
                    .get_disjoint_mut([current, previous])
                    .map_err(|error| Refusal::record(error.to_string()))?;
                let [current, previous] = accounts.map(|account| &mut account.account);
                plan_order(
                    &input,
                    &mut ledger,
                    AccountPair { current: Some(current), previous: Some(previous) },
                    &mut mint,
                )
            }
            (current, previous) => {
                let only =
                    current.or(previous).and_then(|at| self.accounts.get_mut(at)).map(|account| &mut account.account);
                let accounts = match current {
                    Some(_) => AccountPair { current: only, previous: None },
                    None => AccountPair { current: None, previous: only },
                };
                plan_order(&input, &mut ledger, accounts, &mut mint)
            }
        };
        let entries = entries.map_err(|error| Refusal::plan(&error))?;
        if !entries.is_empty() {
            for at in [current, previous].into_iter().flatten() {
                self.accounts[at].moved = true;
            }
        }
        order.record.target = ledger.awarded - ledger.shortfall;
        order.record.ledger = ledger;
        Ok(entries)
    }

    /// The balances to write.
    pub(super) fn moved_balances(&self) -> Vec<Balance<'_>> {
        let balances = self.accounts.iter().filter(|account| account.moved).map(|account| Balance {
            merchant_id: &account.merchant_id,
            customer_id: account.account.customer_id.as_str(),
            points_balance: account.account.balance,
            total_points_earned: account.account.total_earned,
        });
        balances.collect()
    }

    fn add(&mut self, customers: Vec<LockedCustomer>) -> Result<(), StoreError> {
        for customer in customers {
            let at = self.accounts.len();
            let customer_id = CustomerId::parse(&customer.customer_id)
                .map_err(|error| StoreError::Corrupt { what: "customers.customer_id", source: error.into() })?;
            self.by_id.insert((customer.merchant_id.clone(), customer.customer_id), at);
            if let Some(id) = customer.shopify_customer_id {
                self.by_shopify_id.insert((customer.merchant_id.clone(), id), at);
            }
            let mut account = Account::new(customer_id);
            account.balance = customer.points_balance;
            account.total_earned = customer.total_points_earned;
            self.accounts.push(LockedAccount {
                merchant_id: customer.merchant_id,
                account,
                segment: customer.rfm_segment,
                moved: false,
            });
        }
        Ok(())
    }

    fn knows(&self, (merchant, shopify_id): (&str, i64)) -> bool {
        self.by_shopify_id.contains_key(&(merchant.to_owned(), shopify_id))
    }

    fn current(&self, order: &BatchOrder) -> Option<usize> {
        let (merchant, id) = shopify_key(order)?;
        self.by_shopify_id.get(&(merchant.to_owned(), id)).copied()
    }

    fn previous(&self, order: &BatchOrder, current: Option<usize>) -> Option<usize> {
        let current_id = current.map(|at| &self.accounts[at].account.customer_id);
        let holder = previous_customer(&order.record.ledger, current_id)?;
        self.by_id.get(&(order.record.merchant_id.clone(), holder.as_str().to_owned())).copied()
    }
}

/// The Shopify customer an order belongs to.
fn shopify_key(order: &BatchOrder) -> Option<(&str, i64)> {
    order.record.state.customer().map(|customer| (order.record.merchant_id.as_str(), customer.customer_id.0))
}

static DEFAULT_RULE: LazyLock<EarnRule> = LazyLock::new(EarnRule::default);

fn input<'a>(
    rules: &'a HashMap<String, EarnRule>,
    now: DateTime<Utc>,
    order: &'a BatchOrder,
    current: Option<&LockedAccount>,
) -> OrderInput<'a> {
    let rule = rules.get(order.record.merchant_id.as_str()).unwrap_or(&DEFAULT_RULE);
    OrderInput {
        order_id: ShopifyOrderId(order.record.shopify_order_id),
        state: &order.record.state,
        rule,
        multiplier: rule.multiplier_for(current.and_then(|account| account.segment.as_deref())),
        now,
    }
}

fn new_customers<'a>(
    processor: &OrderProcessor,
    orders: &'a [BatchOrder],
    missing: &[(&str, i64)],
) -> Result<Vec<NewCustomer<'a>>, StoreError> {
    let missing: BTreeSet<&(&str, i64)> = missing.iter().collect();
    let mut seen = BTreeSet::new();
    let mut new = Vec::new();
    for order in orders {
        let Some(key) = shopify_key(order).filter(|key| missing.contains(key) && seen.insert(*key)) else { continue };
        let email = order.email.as_deref().map(|email| indexed_email(processor, key.0, email)).transpose()?;
        new.push(NewCustomer {
            merchant_id: key.0,
            customer_id: processor.ids.ulid(),
            shopify_customer_id: key.1,
            email,
            locale: order.locale.as_deref(),
        });
    }
    Ok(new)
}

fn indexed_email(processor: &OrderProcessor, merchant: &str, email: &str) -> Result<IndexedEmail, StoreError> {
    let merchant = MerchantId::parse(merchant)
        .map_err(|error| StoreError::Corrupt { what: "orders.merchant_id", source: error.into() })?;
    let nonce = Nonce::new(processor.ids.random_bytes());
    Ok(IndexedEmail::seal(&processor.keys, &processor.email_index, nonce, &merchant, email))
}
