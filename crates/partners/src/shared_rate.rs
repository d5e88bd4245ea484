//! The rate that all processes share, as calls need it: a token bucket for each credential of each partner. Refuses to know
//! where the buckets are: `crates/datastores` keeps them in Redis.

use std::time::Duration;

use domain::TokenRate;
use futures::future::BoxFuture;

use crate::error::BoxError;

/// The bucket of one credential of one partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket<'a> {
    /// Name of the partner: letters, digits, `_` and `-`.
    pub partner: &'static str,
    /// Name of the credential: a merchant's id, or an account of the platform's. Letters, digits, `_` and `-`.
    pub credential: &'a str,
    /// The rate at which the bucket fills, unless the partner has reported or an operator has set another.
    pub rate: TokenRate,
}

/// What an answer shows about the bucket. All of it may be unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens that the call has cost.
    pub spent: Option<u32>,
    /// Tokens that are left.
    pub left: Option<u32>,
    /// The rate that the partner allows this credential.
    pub rate: Option<TokenRate>,
}

/// Why tokens were not taken, or a bucket not changed.
#[derive(Debug, thiserror::Error)]
pub enum RateError {
    /// There are not enough tokens: ask again after that time. Those who wait are given times one after the other.
    #[error("not enough tokens for {0:?}")]
    Later(Duration),
    /// The buckets are unavailable.
    #[error("the shared rate is unavailable")]
    Unavailable(#[source] BoxError),
    /// There is no such bucket, or it never holds so many tokens.
    #[error("no call can be made at this cost or under this name")]
    Invalid(#[source] BoxError),
}

/// The token buckets that all processes share.
pub trait SharedRate: Send + Sync + 'static {
    /// Takes `cost` tokens.
    fn acquire<'a>(&'a self, bucket: Bucket<'a>, cost: u32) -> BoxFuture<'a, Result<(), RateError>>;

    /// Blocks the bucket for `after`, as the partner has throttled the credential. Returns for how long it is blocked now,
    /// which may be longer.
    fn penalize<'a>(&'a self, bucket: Bucket<'a>, after: Duration) -> BoxFuture<'a, Result<Duration, RateError>>;

    /// Corrects the bucket after a call for which `taken` tokens were taken: what it did not spend is given back, no more are left
    /// than the partner says, and the rate that the partner allows this credential becomes the bucket's own.
    fn reconcile<'a>(&'a self, bucket: Bucket<'a>, taken: u32, usage: Usage) -> BoxFuture<'a, Result<(), RateError>>;
}
