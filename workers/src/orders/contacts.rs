//! Addresses and languages of the batch's customers: what the messages say, compared with what is stored, and the statements
//! that bring the latter up to date. `domain` decides which document is newer and whose an address is.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use domain::{AddressClaim, AddressHolder, ClaimOutcome, ContactFacts, CustomerId, MerchantId, Seen, assign_addresses};
use store::crypto::{EmailIndex, Nonce};
use store::customers::{
    AddressIndex, AddressRow, IndexedEmail, LockedCustomer, NewCustomer, StoredAddress, insert, join_imported,
    lock_addresses, set_addresses,
};
use store::{StoreError, Tx};

use super::OrderProcessor;
use super::batch::BatchOrder;

/// A customer by merchant and Shopify's number.
pub(super) type ShopifyKey<'a> = (&'a str, i64);
/// An address by merchant and blind index: unique among customers.
type AddressKey<'a> = (&'a str, AddressIndex);

/// An address as a message says it. Compared by its blind index first, as the stored one is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    index: AddressIndex,
    email: String,
}

/// What the messages of a batch say of a customer: of each the newest.
#[derive(Debug, Clone, Default)]
pub(super) struct Contact {
    email: Option<Seen<Address>>,
    locale: Option<Seen<String>>,
}

impl Contact {
    pub(super) fn of(index: &EmailIndex, said: &ContactFacts<'_>) -> Self {
        let address = |email: &str| Address { index: index.of(email), email: email.to_owned() };
        Self {
            email: said.email.map(|email| Seen::new(said.at, address(email))),
            locale: said.locale.map(|locale| Seen::new(said.at, locale.to_owned())),
        }
    }

    /// The claim of a customer who is to be made, if an address is known.
    pub(super) fn claim_of_new<'a>(&self, key: ShopifyKey<'a>) -> Option<Claimant<'a>> {
        Some(Claimant { key, customer_id: None, has_address: false, email: self.email.clone()? })
    }

    /// Joins what another message says of the same customer.
    fn join(&mut self, other: &Self) {
        self.email = self.email.take().max(other.email.clone());
        self.locale = self.locale.take().max(other.locale.clone());
    }
}

/// What the messages of all orders say, by customer.
pub(super) fn said(orders: &[BatchOrder]) -> BTreeMap<ShopifyKey<'_>, Contact> {
    let mut all: BTreeMap<ShopifyKey<'_>, Contact> = BTreeMap::new();
    for order in orders {
        for (customer, contact) in &order.contacts {
            all.entry((&order.record.merchant_id, *customer)).or_default().join(contact);
        }
    }
    all
}

/// What is stored of how a customer is reached, and what of it the batch changes.
#[derive(Debug, Clone)]
pub(super) struct StoredContact {
    index: Option<AddressIndex>,
    pub(super) email_seen_at: Option<DateTime<Utc>>,
    pub(super) locale: Option<String>,
    pub(super) locale_seen_at: Option<DateTime<Utc>>,
    /// Whether the batch says anything newer, apart from the address itself.
    pub(super) changed: bool,
}

impl StoredContact {
    pub(super) fn of(customer: &LockedCustomer) -> Result<Self, StoreError> {
        Ok(Self {
            index: customer.email_index.as_deref().map(read_index).transpose()?,
            email_seen_at: customer.email_seen_at,
            locale: customer.locale.clone(),
            locale_seen_at: customer.locale_seen_at,
            changed: false,
        })
    }

    pub(super) fn has_address(&self) -> bool {
        self.index.is_some()
    }

    /// Takes over what is newer. Returns the address that the customer should have and has not, if there is one.
    pub(super) fn note<'a>(&mut self, said: &'a Contact) -> Option<&'a Seen<Address>> {
        if let Some(locale) = &said.locale
            && (Some(locale.at), Some(&locale.value)) > (self.locale_seen_at, self.locale.as_ref())
        {
            (self.locale, self.locale_seen_at) = (Some(locale.value.clone()), Some(locale.at));
            self.changed = true;
        }
        let email = said.email.as_ref()?;
        if (Some(email.at), Some(email.value.index)) <= (self.email_seen_at, self.index) {
            return None;
        }
        self.changed |= self.email_seen_at != Some(email.at);
        self.email_seen_at = Some(email.at);
        (self.index != Some(email.value.index)).then_some(email)
    }
}

/// A customer who should have an address: a stored one, or one who is to be made.
#[derive(Debug)]
pub(super) struct Claimant<'a> {
    pub(super) key: ShopifyKey<'a>,
    /// `None`: to be made.
    pub(super) customer_id: Option<CustomerId>,
    /// Whether the stored row has another address now.
    pub(super) has_address: bool,
    pub(super) email: Seen<Address>,
}

impl<'a> Claimant<'a> {
    fn address(&self) -> AddressKey<'a> {
        (self.key.0, self.email.value.index)
    }

    fn claim(&self) -> AddressClaim<AddressKey<'a>> {
        AddressClaim {
            address: self.address(),
            at: self.email.at,
            shopify_customer_id: self.key.1,
            customer_id: self.customer_id.clone(),
        }
    }
}

/// Gives stored claimants their address, unless it is somebody else's; and joins those that are to be made to the imported
/// customers they are. Returns what became of each claim. `seen_at` says when the batch itself names a customer with the address that is
/// stored, if it does.
pub(super) async fn settle_claims(
    tx: &mut Tx,
    processor: &OrderProcessor,
    claimants: &[Claimant<'_>],
    seen_at: impl Fn(&StoredAddress) -> Option<DateTime<Utc>>,
) -> Result<Vec<ClaimOutcome>, StoreError> {
    let addresses: BTreeSet<AddressKey<'_>> = claimants.iter().map(Claimant::address).collect();
    let stored = lock_addresses(tx, &addresses.into_iter().collect::<Vec<_>>()).await?;
    let holders = stored.iter().map(|row| holder(row, seen_at(row))).collect::<Result<Vec<_>, _>>()?;
    let claims: Vec<AddressClaim<AddressKey<'_>>> = claimants.iter().map(Claimant::claim).collect();
    let assignment = assign_addresses(&claims, &holders);

    // An address is unique: who loses one is written first.
    let cleared = holders.iter().filter(|holder| assignment.cleared.contains(&holder.customer_id));
    let mut losers: BTreeSet<(&str, &str)> =
        cleared.map(|holder| (holder.address.0, holder.customer_id.as_str())).collect();
    let mut granted = Vec::new();
    let mut joined = Vec::new();
    for (claimant, outcome) in claimants.iter().zip(&assignment.outcomes) {
        let merchant_id = claimant.key.0;
        match (outcome, &claimant.customer_id) {
            (ClaimOutcome::Granted, Some(id)) => granted.push((merchant_id, id.as_str(), seal(processor, claimant)?)),
            (ClaimOutcome::Refused, Some(id)) if claimant.has_address => {
                losers.insert((merchant_id, id.as_str()));
            }
            (ClaimOutcome::Joins(imported), _) => joined.push((merchant_id, imported.as_str(), claimant.key.1)),
            _ => {}
        }
    }
    let losers =
        losers.into_iter().map(|(merchant_id, customer_id)| AddressRow { merchant_id, customer_id, email: None });
    let winners = granted.iter().map(|(merchant_id, customer_id, email)| AddressRow {
        merchant_id,
        customer_id,
        email: Some(email),
    });
    for rows in [losers.collect::<Vec<_>>(), winners.collect()] {
        if !rows.is_empty() {
            set_addresses(tx, &rows).await?;
        }
    }
    if !joined.is_empty() {
        join_imported(tx, &joined).await?;
    }
    Ok(assignment.outcomes)
}

/// Makes customers, with what the messages say of them. Those whose address is somebody else's are made without one: points do not
/// wait for a dispute about it. Returns the ids that it gave.
pub(super) async fn make(
    tx: &mut Tx,
    processor: &OrderProcessor,
    keys: &[ShopifyKey<'_>],
    said: &BTreeMap<ShopifyKey<'_>, Contact>,
    granted: &BTreeMap<ShopifyKey<'_>, &Claimant<'_>>,
) -> Result<HashSet<String>, StoreError> {
    let nothing = Contact::default();
    let new = keys.iter().map(|key| {
        let contact = said.get(key).unwrap_or(&nothing);
        let (email, locale) = (contact.email.as_ref(), contact.locale.as_ref());
        Ok(NewCustomer {
            merchant_id: key.0,
            customer_id: processor.ids.ulid(),
            shopify_customer_id: key.1,
            email: granted.get(key).map(|claimant| seal(processor, claimant)).transpose()?,
            email_seen_at: email.map(|email| email.at),
            locale: locale.map(|locale| locale.value.as_str()),
            locale_seen_at: locale.map(|locale| locale.at),
        })
    });
    let new = new.collect::<Result<Vec<_>, StoreError>>()?;
    if !new.is_empty() {
        insert(tx, &new).await?;
    }
    Ok(new.into_iter().map(|customer| customer.customer_id).collect())
}

fn seal(processor: &OrderProcessor, claimant: &Claimant<'_>) -> Result<IndexedEmail, StoreError> {
    let merchant = MerchantId::parse(claimant.key.0)
        .map_err(|error| StoreError::Corrupt { what: "orders.merchant_id", source: error.into() })?;
    let nonce = Nonce::new(processor.ids.random_bytes());
    let email = &claimant.email.value.email;
    Ok(IndexedEmail::seal(&processor.keys, &processor.email_index, nonce, &merchant, email))
}

fn holder(row: &StoredAddress, seen_at: Option<DateTime<Utc>>) -> Result<AddressHolder<AddressKey<'_>>, StoreError> {
    Ok(AddressHolder {
        address: (&row.merchant_id, read_index(&row.email_index)?),
        at: row.email_seen_at.max(seen_at),
        shopify_customer_id: row.shopify_customer_id,
        customer_id: CustomerId::parse(&row.customer_id)
            .map_err(|error| StoreError::Corrupt { what: "customers.customer_id", source: error.into() })?,
    })
}

fn read_index(stored: &[u8]) -> Result<AddressIndex, StoreError> {
    stored.try_into().map_err(|error: std::array::TryFromSliceError| StoreError::Corrupt {
        what: "customers.email_index",
        source: error.into(),
    })
}
