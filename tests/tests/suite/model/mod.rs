//! A model of what an order is worth, written apart from the rules: it knows an order's history as it happened, not the messages
//! about it, and computes in fractions of unlimited size. Nothing of it may use `domain`.

mod expected;
mod story;
mod world;

pub(crate) use expected::expected_points;
pub(crate) use story::{Story, story};
pub(crate) use world::{Message, World};
