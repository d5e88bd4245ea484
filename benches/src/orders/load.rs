//! Generates the orders to send: signed webhooks in Shopify's full shape, about 7 kB each, with the points each must earn. The
//! same seed generates the same orders.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::Args;
use platform::{Ids, ManualClock};
use shopify::testing::{Delivery, LinePayload, OrderPayload};

/// Distance between the order ids of two seeds, so that they never overlap.
const ORDERS_PER_SEED: u64 = 10_000_000;
const FIRST_ORDER_ID: u64 = 5_000_000_000_000;
const FIRST_CUSTOMER_ID: u64 = 7_000_000_000_000;
/// A duplicate repeats one of this many preceding orders.
const REPEATABLE_ORDERS_MAX: usize = 1_000;
/// Lines per order: with one, the full shape has the 7 kB of a usual order.
const LINES: usize = 1;
/// Share of lines with a tax, and of lines with a discount.
const SOMETIMES: f64 = 0.25;
const TOPIC: &str = "orders/create";
/// The shops' rule: 10 points per unit of currency, rounded down.
const MINOR_UNITS_PER_POINT: i64 = 10;

/// Properties of the generated orders.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadArguments {
    /// Share of requests that repeat an earlier one (same id and body).
    #[arg(long, default_value_t = 0.0)]
    pub(crate) dup: f64,
    /// Share of requests with a wrong signature.
    #[arg(long, default_value_t = 0.0)]
    pub(crate) bad: f64,
    /// Number of shops: load-1.myshopify.com and so on.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) shops: u64,
    /// Number of customers over all shops.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) customers: u64,
    /// Seed of the generator.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) seed: u64,
}

/// The kind of a request, which determines the expected answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A new order; expects 2xx.
    Valid,
    /// A repeated order; expects 2xx or 409.
    Duplicate,
    /// A wrong signature; expects 4xx.
    Bad,
}

/// An order and the points it must earn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) order_id: i64,
    pub(crate) customer_id: i64,
    /// Number of its shop, from 1.
    pub(crate) shop: u64,
    /// Points it must earn.
    pub(crate) points: i64,
}

/// A request, ready to be written to a socket.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) kind: Kind,
    pub(crate) order: Order,
    pub(crate) bytes: Arc<[u8]>,
}

impl Request {
    /// The signed body.
    pub(crate) fn body(&self) -> &[u8] {
        let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        end.map_or(&[], |end| &self.bytes[end + 4..])
    }
}

/// The address of the server and the signing secret.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// `host:port`.
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) secret: String,
}

/// Generates requests.
pub(crate) struct Load {
    target: Target,
    arguments: LoadArguments,
    ids: Ids,
    now: DateTime<Utc>,
    made: u64,
    recent: Vec<Request>,
}

/// Returns a shop's domain.
pub(crate) fn shop_domain(shop: u64) -> String {
    format!("load-{shop}.myshopify.com")
}

impl Load {
    /// Creates a generator of orders placed at `now`.
    pub(crate) fn new(target: Target, arguments: LoadArguments, now: DateTime<Utc>) -> Self {
        let ids = Ids::seeded(Arc::new(ManualClock::new(now)), arguments.seed);
        Self { target, arguments, ids, now, made: 0, recent: Vec::new() }
    }

    /// Returns the next request.
    pub(crate) fn next(&mut self) -> Request {
        let (bad, duplicate) = (self.chance(self.arguments.bad), self.chance(self.arguments.dup));
        if duplicate && !bad && !self.recent.is_empty() {
            let again = self.below(self.recent.len() as u64);
            let again = &self.recent[usize::try_from(again).unwrap_or(0)];
            return Request { kind: Kind::Duplicate, ..again.clone() };
        }
        let request = self.order(if bad { Kind::Bad } else { Kind::Valid });
        if request.kind == Kind::Valid && self.arguments.dup > 0.0 {
            if self.recent.len() < REPEATABLE_ORDERS_MAX {
                self.recent.push(request.clone());
            } else {
                let place = usize::try_from(self.made).unwrap_or(0) % REPEATABLE_ORDERS_MAX;
                self.recent[place] = request.clone();
            }
        }
        request
    }

    fn order(&mut self, kind: Kind) -> Request {
        let number = self.arguments.seed * ORDERS_PER_SEED + self.made;
        self.made += 1;
        let customer = self.below(self.arguments.customers);
        let shop = customer % self.arguments.shops + 1;
        let order_id = signed(FIRST_ORDER_ID + number);
        let customer_id = signed(FIRST_CUSTOMER_ID + customer);
        let email = format!("customer{customer}@example.com");
        let mut payload = OrderPayload::new(order_id)
            .customer(customer_id, Some(&email))
            .created_at(self.now)
            .updated_at(self.now)
            .shipping(signed(500 + self.below(1_000)), 0);
        let mut net = 0;
        for _ in 0..LINES {
            let (price, quantity) = (signed(500 + self.below(9_500)), signed(1 + self.below(3)));
            let discount = if self.chance(SOMETIMES) { signed(self.below(500)) } else { 0 };
            let tax = if self.chance(SOMETIMES) { price * quantity / 12 } else { 0 };
            net += price * quantity - discount;
            payload = payload.push(LinePayload::new(price, quantity).discount(discount).tax(tax));
        }
        let body = payload.json();
        let delivery = Delivery { triggered_at: self.now, ..Delivery::new(TOPIC, &shop_domain(shop), number) };
        let secret = match kind {
            Kind::Bad => format!("not {}", self.target.secret),
            Kind::Valid | Kind::Duplicate => self.target.secret.clone(),
        };
        let order = Order { order_id, customer_id, shop, points: net / MINOR_UNITS_PER_POINT };
        Request { kind, order, bytes: self.http(&delivery, secret.as_bytes(), body.as_bytes()) }
    }

    fn http(&self, delivery: &Delivery, secret: &[u8], body: &[u8]) -> Arc<[u8]> {
        let Target { host, path, .. } = &self.target;
        let length = body.len();
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n");
        for (name, value) in delivery.headers(secret, body) {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(&value);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        [head.as_bytes(), body].concat().into()
    }

    fn chance(&self, share: f64) -> bool {
        share > 0.0 && (self.ids.random_u64() as f64) < share * u64::MAX as f64
    }

    fn below(&self, limit: u64) -> u64 {
        self.ids.random_u64() % limit.max(1)
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(dup: f64, bad: f64) -> Load {
        let target = Target { host: "127.0.0.1:1".to_owned(), path: "/hook".to_owned(), secret: "secret".to_owned() };
        let arguments = LoadArguments { dup, bad, shops: 50, customers: 5_000, seed: 1 };
        Load::new(target, arguments, DateTime::from_timestamp(1_770_000_000, 0).unwrap())
    }

    #[test]
    fn orders_have_the_size_of_real_ones_and_repeat_with_the_seed() {
        let (mut one, mut other) = (load(0.0, 0.0), load(0.0, 0.0));
        let mut bytes = 0;
        for _ in 0..100 {
            let request = one.next();
            assert_eq!(request.bytes, other.next().bytes);
            bytes += request.body().len();
        }
        let mean = bytes / 100;
        assert!((6_500..7_500).contains(&mean), "{mean} bytes");
    }

    #[test]
    fn duplicates_repeat_an_order_and_bad_ones_are_signed_with_another_secret() {
        let mut load = load(0.2, 0.1);
        let mut seen = std::collections::HashMap::new();
        let (mut duplicates, mut bad) = (0, 0);
        for _ in 0..400 {
            let request = load.next();
            match request.kind {
                Kind::Valid => assert!(seen.insert(request.order.order_id, request.bytes).is_none()),
                Kind::Duplicate => {
                    duplicates += 1;
                    assert_eq!(seen.get(&request.order.order_id), Some(&request.bytes));
                }
                Kind::Bad => bad += 1,
            }
        }
        assert!((40..110).contains(&duplicates) && (15..75).contains(&bad), "{duplicates} {bad}");
    }

    #[test]
    fn the_expected_points_are_those_of_the_rule() {
        let mut load = load(0.0, 0.0);
        let euro = domain::Currency::parse("EUR").unwrap();
        let snapshot = domain::RuleSnapshot::take(&domain::EarnRule::default(), domain::Factor::ONE, euro);
        for _ in 0..40 {
            let request = load.next();
            let facts = shopify::parse(shopify::Topic::parse(TOPIC).unwrap(), request.body()).unwrap();
            let shopify::WebhookFacts::Order(message) = facts else { panic!("not an order") };
            let mut state = domain::OrderState::default();
            state.merge(message);
            assert_eq!(domain::target_points(&state, &snapshot), Ok(request.order.points));
        }
    }
}
