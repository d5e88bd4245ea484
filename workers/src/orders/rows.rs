//! What a batch appends: ledger entries with lots and allocations, and for each entry its audit row and outbox rows.

use domain::{EventName, LedgerEntry, TransactionType};
use platform::metrics;
use serde::Serialize;
use store::ledger::{AllocationRow, Balance, EntryRow, append};
use store::orders::OrderRecord;
use store::{StoreError, Tx};

/// What is event_payload of an entry: to the audit log, to analytics and to the customer. Ids and amounts only.
#[derive(Serialize)]
struct EventPayload<'a> {
    transaction_id: &'a str,
    customer_id: &'a str,
    points: i64,
    balance: i64,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
}

struct Row {
    merchant_id: String,
    entry: LedgerEntry,
    event_payload: String,
}

impl Row {
    /// Returns the event that the entry is.
    fn event(&self) -> EventName {
        match self.entry.kind {
            TransactionType::Earn => EventName::PointsEarned,
            _ => EventName::PointsAdjusted,
        }
    }
}

/// The rows of a batch, in the order in which they were planned.
#[derive(Default)]
pub(super) struct Rows(Vec<Row>);

impl Rows {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds an order's entries.
    pub(super) fn add(&mut self, order: &OrderRecord, entries: Vec<LedgerEntry>) -> Result<(), StoreError> {
        for entry in entries {
            let event_payload = serde_json::to_string(&EventPayload {
                transaction_id: entry.transaction_id.as_str(),
                customer_id: entry.customer_id.as_str(),
                points: entry.delta,
                balance: entry.balance_after,
                source: entry.source,
                order_id: entry.order_id.map(|id| id.to_string()),
            })
            .map_err(|error| StoreError::Corrupt { what: "outbox payload", source: error.into() })?;
            self.0.push(Row { merchant_id: order.merchant_id.clone(), entry, event_payload });
        }
        Ok(())
    }

    /// Writes all of them, and the balances they lead to.
    pub(super) async fn write(&self, tx: &mut Tx, balances: &[Balance<'_>]) -> Result<(), StoreError> {
        let entries: Vec<EntryRow<'_>> = self.0.iter().map(entry_row).collect();
        let allocations: Vec<AllocationRow<'_>> = self.0.iter().flat_map(allocation_rows).collect();
        append(tx, &entries, balances, &allocations).await
    }

    /// Counts the entries, after their commit.
    pub(super) fn count(&self) {
        let earned = self.0.iter().filter(|row| row.entry.kind == TransactionType::Earn).count();
        metrics::points_entries("earned", earned as u64);
        metrics::points_entries("adjusted", (self.0.len() - earned) as u64);
    }
}

fn entry_row(row: &Row) -> EntryRow<'_> {
    let entry = &row.entry;
    EntryRow {
        merchant_id: &row.merchant_id,
        transaction_id: entry.transaction_id.as_str(),
        customer_id: entry.customer_id.as_str(),
        kind: entry.kind,
        delta: entry.delta,
        balance_after: entry.balance_after,
        source: entry.source,
        source_key: &entry.source_key,
        order_id: entry.order_id.map(|id| id.0),
        expires_at: entry.expires_at,
        lot: entry.lot.as_ref().map(|lot| (lot.points, lot.remaining)),
        name: row.event().as_str(),
        event_payload: &row.event_payload,
    }
}

fn allocation_rows(row: &Row) -> impl Iterator<Item = AllocationRow<'_>> {
    row.entry.allocations.iter().map(|allocation| AllocationRow {
        merchant_id: &row.merchant_id,
        transaction_id: row.entry.transaction_id.as_str(),
        lot_id: allocation.lot_id.as_str(),
        points: allocation.points,
    })
}
