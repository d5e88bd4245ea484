//! Events on their way from the transaction that published them to the jobs of their consumers: the outbox, the relay that empties
//! it, and the deliveries, which are kept until their jobs have ended. Which consumer wants which event is decided elsewhere.

mod deliveries;
mod relay;
mod subscriptions;

pub use deliveries::{Delivery, DeliveryKey, Event, finish, load};
pub(crate) use deliveries::{abandon, reopen};
pub use relay::{EventMoves, NewDelivery, OutboxLag, WaitingEvent, lease, move_events, unsent, waiting};
