//! What happens to one order, step by step, and the messages that Shopify sends about it.

use chrono::{DateTime, TimeDelta, Utc};
use shopify::Topic;
use shopify::testing::{LinePayload, OrderPayload, RefundPayload};

use super::story::{Ordered, Step, Story};
use crate::support::at;

/// How far the payment has come, in Shopify's words; a later one never precedes an earlier one within a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Payment {
    Pending,
    PartiallyPaid,
    Paid,
    PartiallyRefunded,
    Refunded,
}

impl Payment {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::PartiallyPaid => "partially_paid",
            Self::Paid => "paid",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
        }
    }
}

/// A line with what was taken off it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) ordered: Ordered,
    /// Units that edits removed.
    pub(super) removed: i64,
}

/// Units of a line that a refund gave back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Returned {
    pub(super) line: usize,
    pub(super) units: i64,
    pub(super) value: i64,
    pub(super) tax: i64,
}

/// A refund.
#[derive(Debug, Clone, Default)]
pub(super) struct Refund {
    pub(super) returned: Vec<Returned>,
    pub(super) shipping: i64,
    /// With Shopify's sign.
    pub(super) discrepancies: Vec<i64>,
    names_no_currency: bool,
}

/// One message: its topic, its body, and when its event happened.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) topic: Topic,
    pub(crate) body: String,
    pub(crate) triggered_at: DateTime<Utc>,
}

/// An order as it is after some steps.
#[derive(Debug)]
pub(crate) struct World<'s> {
    pub(super) story: &'s Story,
    order_id: i64,
    customer: i64,
    pub(super) lines: Vec<Line>,
    pub(super) refunds: Vec<Refund>,
    pub(super) outstanding: i64,
    pub(super) payment: Payment,
    /// Shopify once said that it was paid in full, or fulfilled.
    pub(super) was_paid: bool,
    pub(super) was_fulfilled: bool,
    pub(super) cancelled: bool,
    fulfilled: bool,
    now: DateTime<Utc>,
    told: Option<(DateTime<Utc>, Payment)>,
    pub(crate) messages: Vec<Message>,
}

impl<'s> World<'s> {
    /// Lives through a story.
    pub(crate) fn live(story: &'s Story, order_id: i64, customer: i64) -> Self {
        let lines = story.lines.iter().map(|ordered| Line { ordered: *ordered, removed: 0 }).collect();
        let mut world = Self {
            story,
            order_id,
            customer,
            lines,
            refunds: Vec::new(),
            outstanding: 0,
            payment: Payment::Pending,
            was_paid: false,
            was_fulfilled: false,
            cancelled: false,
            fulfilled: false,
            now: at(0),
            told: None,
            messages: Vec::new(),
        };
        world.outstanding = world.lines.iter().map(|line| worth(&line.ordered)).sum::<i64>() + story.shipping.0;
        world.tell(Topic::OrdersCreate, false);
        for step in &story.steps {
            if !world.cancelled {
                let topic = world.happen(step);
                world.tell(topic, step.same_second);
            }
        }
        world
    }

    fn happen(&mut self, step: &Step) -> Topic {
        let line = step.pick % self.lines.len();
        match step.kind {
            0..=2 => return self.pay(self.outstanding),
            3 => return self.pay(self.outstanding * step.part / 1_000),
            4 | 5 => self.add_line(line, step.flag),
            6 => self.lines[line].removed += self.units_left(line).min(1 + step.part % 3),
            7 => self.lines[line].removed -= self.lines[line].removed.min(1 + step.part % 2),
            8 | 9 => self.refund_units(line, step),
            10 => {
                let amount = worth(&self.lines[line].ordered) * step.part / 1_000;
                self.refund(Refund { discrepancies: vec![-amount], names_no_currency: step.flag, ..Refund::default() });
            }
            11 => self.settle_last(step),
            12 => self.refund(Refund { shipping: self.story.shipping.0 * step.part / 1_000, ..Refund::default() }),
            _ if step.flag && step.part > 700 => {
                self.cancelled = true;
                return Topic::OrdersCancelled;
            }
            _ => self.fulfilled = true,
        }
        Topic::OrdersUpdated
    }

    fn pay(&mut self, amount: i64) -> Topic {
        self.outstanding -= amount;
        if self.payment < Payment::PartiallyRefunded {
            self.payment = if self.outstanding == 0 { Payment::Paid } else { Payment::PartiallyPaid };
        }
        if self.outstanding == 0 { Topic::OrdersPaid } else { Topic::OrdersUpdated }
    }

    /// An edit adds a line like another one, which is paid at once or later.
    fn add_line(&mut self, like: usize, paid: bool) {
        let ordered = self.lines[like].ordered;
        self.lines.push(Line { ordered, removed: 0 });
        if !paid {
            self.outstanding += worth(&ordered);
            if self.payment == Payment::Paid {
                self.payment = Payment::PartiallyPaid;
            }
        }
    }

    fn units_left(&self, line: usize) -> i64 {
        let returned = self.refunds.iter().flat_map(|refund| &refund.returned).filter(|row| row.line == line);
        self.lines[line].ordered.quantity - self.lines[line].removed - returned.map(|row| row.units).sum::<i64>()
    }

    /// Units go back for about their worth, with or without a fee.
    fn refund_units(&mut self, line: usize, step: &Step) {
        let units = self.units_left(line).min(1 + step.part % 4);
        if units == 0 {
            return;
        }
        let ordered = self.lines[line].ordered;
        let value = (ordered.price * ordered.quantity - ordered.discount) * units / ordered.quantity;
        let returned = vec![Returned { line, units, value, tax: ordered.tax * units / ordered.quantity }];
        let discrepancies = if step.flag { vec![value * (step.part - 400) / 1_000] } else { Vec::new() };
        self.refund(Refund { returned, discrepancies, names_no_currency: step.part % 5 == 0, ..Refund::default() });
    }

    fn refund(&mut self, refund: Refund) {
        let names_no_currency = refund.names_no_currency;
        self.refunds.push(refund);
        self.payment = Payment::PartiallyRefunded;
        let told = self.refund_payload(&self.order(), self.refunds.len() - 1);
        let told = if names_no_currency { told.without_currency() } else { told };
        let message = Message { topic: Topic::RefundsCreate, body: told.json(), triggered_at: self.now };
        self.messages.push(message);
    }

    /// The last refund grows by the discrepancy that cancels its first, as when its payment has succeeded.
    fn settle_last(&mut self, step: &Step) {
        if let Some(refund) = self.refunds.last_mut() {
            let discrepancy = refund.discrepancies.first().map_or(-step.part, |first| -first);
            refund.discrepancies.push(discrepancy);
            if step.flag && step.part > 800 {
                self.payment = Payment::Refunded;
            }
        }
    }

    /// Sends the order as it is now.
    fn tell(&mut self, topic: Topic, same_second: bool) {
        // Within a second, a document whose payment has come less far would be taken for the earlier one.
        let may_share = self.told.is_some_and(|(_, payment)| payment <= self.payment);
        self.now = match self.told {
            Some((second, _)) if same_second && may_share => {
                self.told = Some((second, self.payment));
                self.now + TimeDelta::milliseconds(7)
            }
            Some((second, _)) => second + TimeDelta::seconds(3),
            None => self.now,
        };
        let second = match self.told {
            Some((second, _)) if same_second && may_share => second,
            _ => self.now,
        };
        self.told = Some((second, self.payment));
        self.was_paid |= match self.payment {
            Payment::Paid | Payment::Refunded => true,
            Payment::PartiallyRefunded => self.outstanding == 0,
            Payment::Pending | Payment::PartiallyPaid => false,
        };
        self.was_fulfilled |= self.fulfilled;
        let mut order = self.order().updated_at(second);
        for refund in 0..self.refunds.len() {
            order = order.refund(self.refund_payload(&self.order(), refund));
        }
        self.messages.push(Message { topic, body: order.json(), triggered_at: self.now });
    }

    fn order(&self) -> OrderPayload {
        let mut order = OrderPayload::new(self.order_id)
            .currency(self.story.money.code)
            .customer(self.customer, None)
            .status(Some(self.payment.word()))
            .outstanding(self.outstanding)
            .shipping(self.story.shipping.0, self.story.shipping.1);
        for Line { ordered, removed } in &self.lines {
            let line = LinePayload::new(ordered.price, ordered.quantity).discount(ordered.discount).tax(ordered.tax);
            order = order.push(line.removed(*removed));
        }
        order = if self.story.taxes_included { order.taxes_included() } else { order };
        order = if self.fulfilled { order.fulfilled() } else { order };
        if self.cancelled { order.cancelled_at(self.now) } else { order }
    }

    fn refund_payload(&self, order: &OrderPayload, n: usize) -> RefundPayload {
        let refund = &self.refunds[n];
        let mut payload = RefundPayload::of(order, self.order_id * 100 + n as i64).shipping(refund.shipping);
        for row in &refund.returned {
            payload = payload.line(row.line, row.units, row.value, row.tax);
        }
        refund.discrepancies.iter().fold(payload, |payload, amount| payload.discrepancy(*amount))
    }
}

/// What a line costs, roughly: what is outstanding until it is paid.
fn worth(ordered: &Ordered) -> i64 {
    ordered.price * ordered.quantity - ordered.discount
}
