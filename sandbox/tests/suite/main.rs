//! The sandbox as its callers see it: one file a partner, and what all partners have in common.

mod control;
mod faults;
mod support;
