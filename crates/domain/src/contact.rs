//! How a customer is reached: an address and a language, each as the newest document says that says one; and which of
//! several customers an address belongs to. Whatever the order in which documents arrive, the same is decided.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound as _, Utc};

use crate::ids::{CustomerId, ShopifyCustomerId};
use crate::order::OrderMessage;

/// A value with the instant of the document that says it. The later one is the greater; of one instant, the greater value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen<T> {
    /// `updated_at` of the document, in milliseconds as it is stored.
    pub at: DateTime<Utc>,
    /// What it says.
    pub value: T,
}

impl<T> Seen<T> {
    /// A value of the document of that instant.
    pub fn new(at: DateTime<Utc>, value: T) -> Self {
        Self { at: at.trunc_subsecs(3), value }
    }
}

/// What a message says of how its customer is reached. What it does not say stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactFacts<'a> {
    /// The customer.
    pub customer_id: ShopifyCustomerId,
    /// When it was so.
    pub at: DateTime<Utc>,
    /// The address.
    pub email: Option<&'a str>,
    /// The language.
    pub locale: Option<&'a str>,
}

impl OrderMessage {
    /// What the message says of how its customer is reached; `None` when it names no customer. The document's instant counts,
    /// or the customer's own where that is later.
    #[must_use]
    pub fn contact(&self) -> Option<ContactFacts<'_>> {
        let Self::Order { document, .. } = self else { return None };
        let customer = document.customer.as_ref()?;
        Some(ContactFacts {
            customer_id: customer.customer_id,
            at: customer.updated_at.map_or(document.updated_at, |at| at.max(document.updated_at)),
            email: customer.email.as_deref(),
            locale: customer.locale.as_deref(),
        })
    }
}

/// A customer who is to get an address that is not theirs yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressClaim<A> {
    /// The address, by its blind index.
    pub address: A,
    /// Instant of the document that says so.
    pub at: DateTime<Utc>,
    /// The claimant, as Shopify numbers them.
    pub shopify_customer_id: i64,
    /// The claimant's id of ours; `None`: not stored yet.
    pub customer_id: Option<CustomerId>,
}

/// The stored customer who has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressHolder<A> {
    /// The address, by its blind index.
    pub address: A,
    /// Instant of the document that said so; `None`: before instants were kept.
    pub at: Option<DateTime<Utc>>,
    /// As Shopify numbers them; `None`: imported, and not seen in Shopify yet.
    pub shopify_customer_id: Option<i64>,
    /// The holder's id of ours.
    pub customer_id: CustomerId,
}

/// What becomes of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The claimant gets the address.
    Granted,
    /// The address is another's; the claimant is stored without one.
    Refused,
    /// The claimant is the imported customer who has the address.
    Joins(CustomerId),
}

/// What becomes of claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Outcome of each claim, in order.
    pub outcomes: Vec<ClaimOutcome>,
    /// Holders who lose their address. To be written first, since an address is unique.
    pub cleared: Vec<CustomerId>,
}

/// Decides which customer each address belongs to. `A` names the merchant, too.
///
/// Addresses are unique in a shop, so of two customers with one address, one document is outdated: the newer one's customer has
/// it, and the other has none until a document says which. An imported customer is never deprived of the address, by which
/// alone they are known: a claimant who is not stored yet is that customer; one who is stored has no address until the two
/// are merged.
#[must_use]
pub fn assign_addresses<A: Ord>(claims: &[AddressClaim<A>], holders: &[AddressHolder<A>]) -> Assignment {
    let mut assignment = Assignment { outcomes: vec![ClaimOutcome::Refused; claims.len()], cleared: Vec::new() };
    let holders: BTreeMap<&A, &AddressHolder<A>> = holders.iter().map(|holder| (&holder.address, holder)).collect();
    let moving: BTreeSet<&CustomerId> = claims.iter().filter_map(|claim| claim.customer_id.as_ref()).collect();
    let mut by_address: BTreeMap<&A, Vec<usize>> = BTreeMap::new();
    for (index, claim) in claims.iter().enumerate() {
        by_address.entry(&claim.address).or_default().push(index);
    }
    for (address, indexes) in by_address {
        let rank = |index: usize| (Some(claims[index].at), claims[index].shopify_customer_id);
        let all = || indexes.iter().copied();
        match holders.get(address) {
            Some(AddressHolder { shopify_customer_id: None, customer_id, .. }) => {
                if let Some(winner) =
                    all().filter(|index| claims[*index].customer_id.is_none()).max_by_key(|index| rank(*index))
                {
                    assignment.outcomes[winner] = ClaimOutcome::Joins(customer_id.clone());
                }
            }
            Some(holder) => {
                let Some(winner) = all().max_by_key(|index| rank(*index)) else { continue };
                let stays = !moving.contains(&holder.customer_id);
                if stays && (holder.at, holder.shopify_customer_id.unwrap_or(i64::MIN)) > rank(winner) {
                    continue;
                }
                assignment.cleared.push(holder.customer_id.clone());
                assignment.outcomes[winner] = ClaimOutcome::Granted;
            }
            None => {
                if let Some(winner) = all().max_by_key(|index| rank(*index)) {
                    assignment.outcomes[winner] = ClaimOutcome::Granted;
                }
            }
        }
    }
    assignment
}

#[cfg(test)]
mod tests;
