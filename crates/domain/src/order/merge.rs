//! The join of an order's messages. Every part is a maximum under a total order or a union, which is what makes the
//! whole commutative, associative and idempotent; a new field must be one of these too.

use std::collections::btree_map::Entry;

use super::{OrderDocument, OrderMessage, OrderState, RefundFacts, SeenCustomer, later};

impl OrderState {
    /// Joins a message. Messages about different orders must not meet in one state: the first seen wins the state,
    /// and one about another order is ignored (`false`).
    pub fn merge(&mut self, message: OrderMessage) -> bool {
        if self.order_id().is_some_and(|known| known != message.order_id()) {
            return false;
        }
        match message {
            OrderMessage::Order { document, refunds } => {
                self.join_document(document);
                refunds.into_iter().for_each(|refund| self.join_refund(refund));
            }
            OrderMessage::Refund(refund) => self.join_refund(refund),
        }
        true
    }

    /// Joins another state of the same order, as merging all its messages would.
    pub fn join(&mut self, other: Self) {
        let newest_customer = self.newest_customer().max(other.newest_customer());
        self.paid_seen |= other.paid_seen;
        self.fulfilled_seen |= other.fulfilled_seen;
        if let Some(document) = other.document {
            self.take_if_later(document);
        }
        other.refunds.into_values().for_each(|refund| self.join_refund(refund));
        self.set_newest_customer(newest_customer);
    }

    /// The order this state is about; `None` while it is empty.
    #[must_use]
    pub fn order_id(&self) -> Option<crate::ids::ShopifyOrderId> {
        let of_document = self.document.as_ref().map(|document| document.order_id);
        of_document.or_else(|| self.refunds.values().next().map(|refund| refund.order_id))
    }

    fn join_document(&mut self, document: OrderDocument) {
        let newest_customer = self.newest_customer().max(seen_in(&document));
        self.paid_seen |= document.shows_paid_in_full();
        self.fulfilled_seen |= document.fulfilled;
        self.take_if_later(document);
        self.set_newest_customer(newest_customer);
    }

    fn take_if_later(&mut self, document: OrderDocument) {
        match &self.document {
            Some(known) if later(known, &document).is_ge() => {}
            _ => self.document = Some(document),
        }
    }

    fn join_refund(&mut self, refund: RefundFacts) {
        match self.refunds.entry(refund.refund_id) {
            Entry::Vacant(slot) => {
                slot.insert(refund.normalised());
            }
            Entry::Occupied(mut known) => known.get_mut().join(refund),
        }
    }

    fn newest_customer(&self) -> Option<SeenCustomer> {
        self.last_customer.clone().or_else(|| self.document.as_ref().and_then(seen_in))
    }

    fn set_newest_customer(&mut self, newest: Option<SeenCustomer>) {
        self.last_customer = newest;
        self.drop_repeated_customer();
    }

    /// Keeps `last_customer` empty when the document says the same, so that one state has one representation.
    pub(super) fn drop_repeated_customer(&mut self) {
        if self.last_customer.is_some() && self.last_customer == self.document.as_ref().and_then(seen_in) {
            self.last_customer = None;
        }
    }
}

fn seen_in(document: &OrderDocument) -> Option<SeenCustomer> {
    let customer = document.customer.clone()?;
    Some(SeenCustomer { seen_at: document.updated_at, customer })
}
