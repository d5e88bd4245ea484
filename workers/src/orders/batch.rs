//! One batch, one transaction: read the recorded facts, lock the orders and customers, let `domain` plan, write.
//!
//! Locks are taken in one order by everybody (orders, then customers, each sorted by key), so batches do not deadlock;
//! an order that another batch stores for the first time meanwhile shows in the revision check and repeats the batch.

use std::collections::BTreeMap;

use domain::{OrderLedger, OrderMessage, OrderState};
use shopify::WebhookFacts;
use store::orders::OrderRecord;
use store::webhooks::HandledWebhook;
use store::{Scope, StoreError, Tx, orders, webhooks};

use super::books::Books;
use super::rows::Rows;
use super::{NotSettled, OrderSettler, Settle};

/// An order of the batch with the items that speak of it.
pub(super) struct BatchOrder {
    pub(super) record: OrderRecord,
    /// Indexes into the batch's items.
    pub(super) items: Vec<usize>,
    /// Whether the messages changed the stored facts.
    pub(super) changed: bool,
    /// Address and language the newest message gave, before personal data were stripped.
    pub(super) email: Option<String>,
    pub(super) locale: Option<String>,
}

type OrderKey = (String, i64);

/// Settles `items`; answers for each, in order.
pub(super) async fn settle(
    settler: &OrderSettler,
    items: &[Settle],
) -> Result<Vec<Result<(), NotSettled>>, StoreError> {
    let mut merchants: Vec<_> = items.iter().map(|item| item.merchant_id.clone()).collect();
    merchants.sort_unstable();
    merchants.dedup();
    let mut tx = settler.store.begin(&Scope::Merchants(merchants.clone())).await?;
    let (mut answers, messages) = read_messages(&mut tx, items).await?;
    let mut batch = merge(&mut tx, settler, items, messages).await?;
    let mut books = Books::open(&mut tx, settler, &merchants, &batch).await?;

    let mut rows = Rows::default();
    for order in &mut batch {
        match books.plan(settler, order) {
            Ok(entries) => {
                order.changed |= !entries.is_empty();
                rows.add(&order.record, entries)?;
            }
            Err(reason) => {
                for item in &order.items {
                    answers[*item] = Err(NotSettled::Unusable(reason.clone()));
                }
                order.items.clear();
                order.changed = false;
            }
        }
    }
    write(&mut tx, settler, items, &batch, &books, &rows).await?;
    tx.commit().await?;
    rows.count();
    Ok(answers)
}

/// Reads the items' facts. Those that have none, or none about an order, are answered already.
async fn read_messages(
    tx: &mut Tx,
    items: &[Settle],
) -> Result<(Vec<Result<(), NotSettled>>, Vec<(usize, OrderMessage)>), StoreError> {
    let keys: Vec<(&str, &str)> = items.iter().map(|item| (item.merchant_id.as_str(), item.log_id.as_str())).collect();
    let loaded = webhooks::load(tx, &keys).await?;
    let by_log: BTreeMap<&str, &webhooks::LoadedWebhook> = loaded.iter().map(|l| (l.log_id.as_str(), l)).collect();
    let mut answers = Vec::with_capacity(items.len());
    let mut messages = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        answers.push(match by_log.get(item.log_id.as_str()) {
            None => Err(NotSettled::Unusable(format!("webhook {} is not recorded", item.log_id))),
            Some(webhook) if webhook.status == "success" => Ok(()), // already done
            Some(webhook) => read_message(webhook).map(|message| messages.push((index, message))),
        });
    }
    Ok((answers, messages))
}

fn read_message(webhook: &webhooks::LoadedWebhook) -> Result<OrderMessage, NotSettled> {
    let Some(facts) = &webhook.facts else {
        let reason = webhook.error.as_deref().unwrap_or("the webhook was recorded without facts");
        return Err(NotSettled::Unusable(reason.to_owned()));
    };
    match serde_json::from_str(facts) {
        Ok(WebhookFacts::Order(message)) => Ok(message),
        Ok(_) => Err(NotSettled::Unusable("the webhook is not about an order".to_owned())),
        Err(error) => Err(NotSettled::Unusable(format!("recorded facts cannot be read: {error}"))),
    }
}

/// Locks the stored orders and joins the messages into them.
async fn merge(
    tx: &mut Tx,
    settler: &OrderSettler,
    items: &[Settle],
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
        join(settler, record, messages)
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

fn join(settler: &OrderSettler, mut record: OrderRecord, messages: Vec<(usize, OrderMessage)>) -> BatchOrder {
    let before = record.state.clone();
    let mut items = Vec::with_capacity(messages.len());
    for (index, message) in messages {
        record.state.merge(message);
        items.push(index);
    }
    let customer = record.state.customer();
    let email = customer.and_then(|c| c.email.clone());
    let locale = customer.and_then(|c| c.locale.clone());
    if customer.is_some() {
        record.guest_email_index = None;
    } else if let Some(address) = record.state.document.as_ref().and_then(|d| d.email.as_deref()) {
        record.guest_email_index = Some(settler.keys.email_index(address).to_vec());
    }
    record.state.strip_personal_data();
    let changed = record.revision == 0 || record.state != before;
    BatchOrder { record, items, changed, email, locale }
}

async fn write(
    tx: &mut Tx,
    settler: &OrderSettler,
    items: &[Settle],
    batch: &[BatchOrder],
    books: &Books,
    rows: &Rows,
) -> Result<(), StoreError> {
    let changed: Vec<&OrderRecord> = batch.iter().filter(|order| order.changed).map(|order| &order.record).collect();
    if !changed.is_empty() {
        orders::save(tx, &changed).await?;
    }
    if !rows.is_empty() {
        rows.write(tx, &books.moved_balances()?).await?;
    }
    let handled: Vec<HandledWebhook<'_>> = batch
        .iter()
        .flat_map(|order| &order.items)
        .map(|index| &items[*index])
        .map(|item| HandledWebhook {
            merchant_id: item.merchant_id.as_str(),
            log_id: item.log_id.as_str(),
            retries: i32::try_from(item.attempt.saturating_sub(1)).unwrap_or(i32::MAX),
            started_at: item.started_at,
        })
        .collect();
    if !handled.is_empty() {
        webhooks::succeed(tx, &settler.worker, &handled).await?;
    }
    Ok(())
}
