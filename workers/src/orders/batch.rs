//! One batch, one transaction: take the recorded facts, lock the orders and customers, let `domain` plan, write.
//!
//! Locks are taken in one order by everybody (records, then orders, then customers, each sorted by key), so batches do not
//! deadlock; an order that another batch stores for the first time meanwhile shows in the revision check and repeats the batch.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use domain::{EarnRule, OrderLedger, OrderMessage, OrderState};
use shopify::WebhookFacts;
use store::orders::OrderRecord;
use store::webhooks::{ClaimedWebhook, HandledWebhook, WebhookState};
use store::{StoreError, TenantScope, Tx, customers, merchants, orders, webhooks};

use super::accounts::Accounts;
use super::contacts::Contact;
use super::refusal::Refusal;
use super::rows::Rows;
use super::{OrderProcessor, OrderWebhook};

/// An order of the batch with the items that speak of it.
pub(super) struct BatchOrder {
    pub(super) record: OrderRecord,
    /// Indexes into the batch's items.
    pub(super) items: Vec<usize>,
    /// Whether the messages changed the stored facts.
    pub(super) changed: bool,
    /// What each message says of how Shopify's customer of this number is reached.
    pub(super) contacts: Vec<(i64, Contact)>,
}

type OrderKey = (String, i64);
/// Why items cannot be processed, by their index.
pub(super) type Refused = BTreeMap<usize, Refusal>;

/// Processes the `wanted` ones of `items`, with that timeout for each statement where one is given. Returns those that were
/// refused; the orders of all others are processed.
pub(super) async fn process(
    processor: &OrderProcessor,
    items: &[OrderWebhook],
    wanted: &[usize],
    statement_timeout: Option<Duration>,
) -> Result<Refused, StoreError> {
    let mut all_refused = Refused::new();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable_by_key(|index| (&items[*index].merchant_id, &items[*index].log_id));
    while !wanted.is_empty() {
        let refused = attempt(processor, items, &wanted, statement_timeout).await?;
        if refused.is_empty() {
            break;
        }
        // Their records were marked as handled before that was known: once more, without them.
        wanted.retain(|index| !refused.contains_key(index));
        all_refused.extend(refused);
    }
    Ok(all_refused)
}

/// Processes the `wanted` ones of `items`; or, if some of them cannot be processed, none.
async fn attempt(
    processor: &OrderProcessor,
    items: &[OrderWebhook],
    wanted: &[usize],
    statement_timeout: Option<Duration>,
) -> Result<Refused, StoreError> {
    let scope = TenantScope::of_all(wanted.iter().map(|index| &items[*index].merchant_id));
    let mut tx = match statement_timeout {
        None => processor.store.begin(&scope).await?,
        Some(limit) => processor.store.begin_within(&scope, limit).await?,
    };
    let Claimed { messages, rules, mut refused } = claim(&mut tx, processor, items, wanted).await?;
    if messages.is_empty() || !refused.is_empty() {
        return Ok(refused);
    }
    let mut batch = merge(&mut tx, processor, items, messages).await?;
    let mut accounts = Accounts::open(&mut tx, processor, rules, &batch).await?;
    let mut rows = Rows::default();
    for order in &mut batch {
        match accounts.plan(processor, order) {
            Ok(entries) => {
                order.changed |= !entries.is_empty();
                rows.add(&order.record, entries)?;
            }
            Err(refusal) => refused.extend(order.items.iter().map(|item| (*item, refusal.clone()))),
        }
    }
    if refused.is_empty() {
        write(&mut tx, &batch, &accounts, &rows).await?;
        tx.commit().await?;
        rows.count();
    }
    Ok(refused)
}

/// What the records of a batch hold.
#[derive(Default)]
struct Claimed {
    /// The messages that are not handled yet, with their items.
    messages: Vec<(usize, OrderMessage)>,
    /// The earn rules of merchants that have one of their own.
    rules: HashMap<String, EarnRule>,
    refused: Refused,
}

impl Claimed {
    /// Reads the merchants' rules. Returns the merchants whose rule is not valid.
    fn read_rules<'w>(&mut self, webhooks: &'w [ClaimedWebhook]) -> HashMap<&'w str, Refusal> {
        let mut invalid = HashMap::new();
        for webhook in webhooks {
            let merchant_id = webhook.merchant_id.as_str();
            let Some(stored) = &webhook.earn_rule else { continue };
            if self.rules.contains_key(merchant_id) || invalid.contains_key(merchant_id) {
                continue;
            }
            match merchants::read_earn_rule(stored) {
                Ok(rule) => {
                    self.rules.insert(merchant_id.to_owned(), rule);
                }
                Err(error) => {
                    invalid.insert(merchant_id, Refusal::rule(merchant_id, &error));
                }
            }
        }
        invalid
    }
}

/// Takes the items' records.
async fn claim(
    tx: &mut Tx,
    processor: &OrderProcessor,
    items: &[OrderWebhook],
    wanted: &[usize],
) -> Result<Claimed, StoreError> {
    let wanted = || wanted.iter().map(|index| (*index, &items[*index]));
    let handled = wanted().map(|(_, item)| HandledWebhook {
        merchant_id: item.merchant_id.as_str(),
        log_id: item.log_id.as_str(),
        retries: i32::try_from(item.attempt.saturating_sub(1)).unwrap_or(i32::MAX),
        started_at: item.started_at,
    });
    let found = webhooks::claim(tx, &processor.worker, &handled.collect::<Vec<_>>()).await?;
    let mut claimed = Claimed::default();
    let invalid = claimed.read_rules(&found);
    let by_log: HashMap<&str, &ClaimedWebhook> =
        found.iter().map(|webhook| (webhook.log_id.as_str(), webhook)).collect();
    let mut left = Vec::new();
    for (index, item) in wanted() {
        let Some(webhook) = by_log.get(item.log_id.as_str()) else {
            left.push((index, item));
            continue;
        };
        let read = match invalid.get(webhook.merchant_id.as_str()) {
            Some(refusal) => Err(refusal.clone()),
            None => read_message(processor, item, webhook)?.map_err(Refusal::record),
        };
        match read {
            Ok(message) => claimed.messages.push((index, message)),
            Err(refusal) => {
                claimed.refused.insert(index, refusal);
            }
        }
    }
    if !left.is_empty() {
        claimed.refused.extend(refuse(tx, &left).await?);
    }
    Ok(claimed)
}

/// Those of the items whose records could not be claimed that must be refused; the others were handled before.
///
/// # Errors
/// [`StoreError::Conflict`] if one can be claimed by now.
async fn refuse(tx: &mut Tx, left: &[(usize, &OrderWebhook)]) -> Result<Refused, StoreError> {
    let keys: Vec<_> = left.iter().map(|(_, item)| (item.merchant_id.as_str(), item.log_id.as_str())).collect();
    let states = webhooks::states(tx, &keys).await?;
    let by_log: HashMap<&str, &WebhookState> = states.iter().map(|record| (record.log_id.as_str(), record)).collect();
    let mut refused = Refused::new();
    for (index, item) in left {
        let reason = match by_log.get(item.log_id.as_str()) {
            None => format!("webhook {} is not recorded", item.log_id),
            Some(record) if record.status == "success" => continue,
            Some(record) if record.has_facts => return Err(StoreError::Conflict(None)),
            Some(record) => record.error.clone().unwrap_or_else(|| "the webhook was recorded without facts".to_owned()),
        };
        refused.insert(*index, Refusal::record(reason));
    }
    Ok(refused)
}

/// The message of a record, with what it says of a person; or why the record has none.
///
/// # Errors
/// [`StoreError::Corrupt`] when that cannot be decrypted: this process may lack a key that another has.
fn read_message(
    processor: &OrderProcessor,
    item: &OrderWebhook,
    webhook: &ClaimedWebhook,
) -> Result<Result<OrderMessage, String>, StoreError> {
    let mut message = match serde_json::from_str(&webhook.facts) {
        Ok(WebhookFacts::Order(message)) => message,
        Ok(_) => return Ok(Err("the webhook is not about an order".to_owned())),
        Err(error) => return Ok(Err(format!("recorded facts cannot be read: {error}"))),
    };
    if let Some(encrypted) = &webhook.personal_data {
        let data = encrypted
            .open(&processor.keys, &item.merchant_id)
            .map_err(|error| StoreError::Corrupt { what: "api_logs.personal_data", source: error.into() })?;
        message.put_personal_data(data);
    }
    Ok(Ok(message))
}

/// Locks the stored orders and joins the messages into them.
async fn merge(
    tx: &mut Tx,
    processor: &OrderProcessor,
    items: &[OrderWebhook],
    messages: Vec<(usize, OrderMessage)>,
) -> Result<Vec<BatchOrder>, StoreError> {
    let mut grouped: BTreeMap<OrderKey, Vec<(usize, OrderMessage)>> = BTreeMap::new();
    for (index, message) in messages {
        let key = (items[index].merchant_id.as_str().to_owned(), message.order_id().0);
        grouped.entry(key).or_default().push((index, message));
    }
    let keys: Vec<(&str, i64)> = grouped.keys().map(|(merchant, order)| (merchant.as_str(), *order)).collect();
    let stored = orders::lock(tx, &keys).await?;
    let mut stored: BTreeMap<OrderKey, OrderRecord> =
        stored.into_iter().map(|record| ((record.merchant_id.clone(), record.shopify_order_id), record)).collect();
    let merged = grouped.into_iter().map(|(key, messages)| {
        let record = stored.remove(&key).unwrap_or_else(|| unknown_order(key));
        join(processor, record, messages)
    });
    Ok(merged.collect())
}

fn unknown_order((merchant_id, shopify_order_id): OrderKey) -> OrderRecord {
    OrderRecord {
        merchant_id,
        shopify_order_id,
        state: OrderState::default(),
        ledger: OrderLedger::default(),
        target: 0,
        revision: 0,
        guest_email_index: None,
    }
}

fn join(processor: &OrderProcessor, mut record: OrderRecord, messages: Vec<(usize, OrderMessage)>) -> BatchOrder {
    let before = record.state.clone();
    let mut items = Vec::with_capacity(messages.len());
    let mut contacts = Vec::with_capacity(messages.len());
    for (index, message) in messages {
        let said = message.contact();
        contacts.extend(said.map(|said| (said.customer_id.0, Contact::of(&processor.email_index, &said))));
        record.state.merge(message);
        items.push(index);
    }
    if record.state.customer().is_some() {
        record.guest_email_index = None;
    } else if let Some(address) = record.state.document.as_ref().and_then(|d| d.email.as_deref()) {
        record.guest_email_index = Some(processor.email_index.of(address).to_vec());
    }
    record.state.strip_personal_data();
    let changed = record.revision == 0 || record.state != before;
    BatchOrder { record, items, changed, contacts }
}

async fn write(tx: &mut Tx, batch: &[BatchOrder], accounts: &Accounts, rows: &Rows) -> Result<(), StoreError> {
    let changed: Vec<&OrderRecord> = batch.iter().filter(|order| order.changed).map(|order| &order.record).collect();
    if !changed.is_empty() {
        orders::save(tx, &changed).await?;
    }
    if !rows.is_empty() {
        rows.write(tx, &accounts.moved_balances()).await?;
    }
    let contacts = accounts.changed_contacts();
    if !contacts.is_empty() {
        customers::save_contacts(tx, &contacts).await?;
    }
    Ok(())
}
