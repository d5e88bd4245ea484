//! The accounts and rules a batch works with, loaded and locked once, changed in memory by `domain`'s plans.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::{
    Account, AccountPair, ClaimOutcome, CustomerId, EarnRule, LedgerEntry, OrderInput, ShopifyOrderId, needs_lots,
    plan_order, previous_customer,
};
use store::customers::{ContactRow, LockedCustomer, StoredAddress, lock_by_id, lock_by_shopify_id};
use store::ledger::Balance;
use store::{StoreError, Tx, ledger};

use super::OrderProcessor;
use super::batch::BatchOrder;
use super::contacts::{self, Claimant, Contact, ShopifyKey, StoredContact};
use super::refusal::Refusal;

struct LockedAccount {
    merchant_id: String,
    account: Account,
    segment: Option<String>,
    contact: StoredContact,
    moved: bool,
}

impl LockedAccount {
    fn contact_row(&self) -> ContactRow<'_> {
        ContactRow {
            merchant_id: &self.merchant_id,
            customer_id: self.account.customer_id.as_str(),
            email_seen_at: self.contact.email_seen_at,
            locale: self.contact.locale.as_deref(),
            locale_seen_at: self.contact.locale_seen_at,
        }
    }
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
        let said = contacts::said(orders);
        let holders: BTreeSet<ShopifyKey<'_>> = orders.iter().filter_map(shopify_key).collect();
        let wanted: BTreeSet<ShopifyKey<'_>> = holders.iter().chain(said.keys()).copied().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        self.add(lock_by_shopify_id(tx, &wanted.into_iter().collect::<Vec<_>>()).await?)?;
        let missing: BTreeSet<ShopifyKey<'_>> = holders.into_iter().filter(|key| self.by_key(*key).is_none()).collect();
        let claimants = self.note(&said, &missing);
        let outcomes = if claimants.is_empty() {
            Vec::new()
        } else {
            contacts::settle_claims(tx, processor, &claimants, |row| self.seen_at(row)).await?
        };
        if missing.is_empty() { Ok(()) } else { self.make(tx, processor, missing, &said, &claimants, &outcomes).await }
    }

    /// Takes over what newer messages say of the stored customers. Returns those who should have another address, and those of the
    /// `missing` who have one.
    fn note<'a>(
        &mut self,
        said: &BTreeMap<ShopifyKey<'a>, Contact>,
        missing: &BTreeSet<ShopifyKey<'a>>,
    ) -> Vec<Claimant<'a>> {
        let mut claimants = Vec::new();
        for (key, contact) in said {
            match self.by_key(*key) {
                Some(at) => {
                    let LockedAccount { account, contact: stored, .. } = &mut self.accounts[at];
                    claimants.extend(stored.note(contact).map(|email| Claimant {
                        key: *key,
                        customer_id: Some(account.customer_id.clone()),
                        has_address: stored.has_address(),
                        email: email.clone(),
                    }));
                }
                None if missing.contains(key) => claimants.extend(contact.claim_of_new(*key)),
                None => {} // named by a message, but no order is theirs
            }
        }
        claimants
    }

    /// When the batch names the customer of a stored address, if it does.
    fn seen_at(&self, row: &StoredAddress) -> Option<DateTime<Utc>> {
        let at = self.by_id.get(&(row.merchant_id.clone(), row.customer_id.clone()))?;
        self.accounts[*at].contact.email_seen_at
    }

    /// Makes and locks customers who are not there.
    async fn make(
        &mut self,
        tx: &mut Tx,
        processor: &OrderProcessor,
        mut missing: BTreeSet<ShopifyKey<'_>>,
        said: &BTreeMap<ShopifyKey<'_>, Contact>,
        claimants: &[Claimant<'_>],
        outcomes: &[ClaimOutcome],
    ) -> Result<(), StoreError> {
        let keys: Vec<ShopifyKey<'_>> = missing.iter().copied().collect();
        let mut granted = BTreeMap::new();
        for (claimant, outcome) in claimants.iter().zip(outcomes) {
            match outcome {
                ClaimOutcome::Granted => drop(granted.insert(claimant.key, claimant)),
                ClaimOutcome::Joins(_) => drop(missing.remove(&claimant.key)),
                ClaimOutcome::Refused => {}
            }
        }
        let missing: Vec<ShopifyKey<'_>> = missing.into_iter().collect();
        let made = contacts::make(tx, processor, &missing, said, &granted).await?;
        let first = self.accounts.len();
        self.add(lock_by_shopify_id(tx, &keys).await?)?;
        if keys.iter().any(|key| self.by_key(*key).is_none()) {
            return Err(StoreError::Conflict(None));
        }
        for key in keys {
            let Some((at, contact)) = self.by_key(key).zip(said.get(&key)) else { continue };
            let LockedAccount { account, contact: stored, .. } = &mut self.accounts[at];
            // Made by another transaction at the same moment, with an older address.
            if at >= first && !made.contains(account.customer_id.as_str()) && stored.note(contact).is_some() {
                return Err(StoreError::Conflict(None));
            }
        }
        Ok(())
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

    /// Returns the balances to write.
    pub(super) fn moved_balances(&self) -> Vec<Balance<'_>> {
        let balances = self.accounts.iter().filter(|account| account.moved).map(|account| Balance {
            contact: account.contact_row(),
            points_balance: account.account.balance,
            total_points_earned: account.account.total_earned,
        });
        balances.collect()
    }

    /// Returns what is to be written of customers whose points do not move.
    pub(super) fn changed_contacts(&self) -> Vec<ContactRow<'_>> {
        let changed = self.accounts.iter().filter(|account| account.contact.changed && !account.moved);
        changed.map(LockedAccount::contact_row).collect()
    }

    fn add(&mut self, customers: Vec<LockedCustomer>) -> Result<(), StoreError> {
        for customer in customers {
            let at = self.accounts.len();
            let contact = StoredContact::of(&customer)?;
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
                contact,
                moved: false,
            });
        }
        Ok(())
    }

    fn by_key(&self, (merchant, shopify_id): ShopifyKey<'_>) -> Option<usize> {
        self.by_shopify_id.get(&(merchant.to_owned(), shopify_id)).copied()
    }

    fn current(&self, order: &BatchOrder) -> Option<usize> {
        self.by_key(shopify_key(order)?)
    }

    fn previous(&self, order: &BatchOrder, current: Option<usize>) -> Option<usize> {
        let current_id = current.map(|at| &self.accounts[at].account.customer_id);
        let holder = previous_customer(&order.record.ledger, current_id)?;
        self.by_id.get(&(order.record.merchant_id.clone(), holder.as_str().to_owned())).copied()
    }
}

/// The Shopify customer an order belongs to.
fn shopify_key(order: &BatchOrder) -> Option<ShopifyKey<'_>> {
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
