//! What a message says of a person, apart from its facts: it is stored encrypted, and no longer than it is needed. It holds
//! nothing that points depend on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::order::{CustomerFacts, OrderMessage};

/// The personal data of one message.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonalData {
    /// E-mail address of the customer that the facts name; where they name none, of whoever bought as a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Language tag for messages to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl PersonalData {
    /// Whether the message says nothing of a person.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.email.is_none() && self.locale.is_none()
    }
}

impl CustomerFacts {
    /// Takes what the facts say of the person, beyond Shopify's number of them.
    pub fn take_personal_data(&mut self) -> PersonalData {
        PersonalData { email: self.email.take(), locale: self.locale.take() }
    }
}

impl OrderMessage {
    /// Takes what the message says of a person: what is left may be stored in clear.
    pub fn take_personal_data(&mut self) -> PersonalData {
        let Self::Order { document, .. } = self else { return PersonalData::default() };
        let guest = document.email.take();
        match &mut document.customer {
            Some(customer) => customer.take_personal_data(),
            None => PersonalData { email: guest, locale: None },
        }
    }

    /// Undoes [`OrderMessage::take_personal_data`], to decide by the message.
    pub fn put_personal_data(&mut self, data: PersonalData) {
        let Self::Order { document, .. } = self else { return };
        match &mut document.customer {
            Some(customer) => (customer.email, customer.locale) = (data.email, data.locale),
            None => document.email = data.email,
        }
    }
}

/// Shows which fields are set, never what is in them: a log must not hold personal data.
impl fmt::Debug for PersonalData {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PersonalData")
            .field("email", &self.email.is_some())
            .field("locale", &self.locale.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::OrderBuilder;

    #[test]
    fn what_is_taken_from_a_message_can_be_put_back() {
        let address = || Some("ada@example.com".to_owned());
        let of_customer = OrderBuilder::new()
            .with(|document| {
                let customer = document.customer.as_mut().unwrap();
                (customer.email, customer.locale) = (address(), Some("de".to_owned()));
            })
            .message();
        let of_guest = OrderBuilder::new().customer(None).with(|document| document.email = address()).message();
        for (message, locale) in [(of_customer, Some("de")), (of_guest, None)] {
            let mut facts = message.clone();
            let taken = facts.take_personal_data();
            assert_eq!((taken.email.clone(), taken.locale.as_deref()), (address(), locale));
            let json = serde_json::to_string(&facts).unwrap();
            assert!(!json.contains('@') && !json.contains("locale"), "{json}");
            facts.put_personal_data(taken);
            assert_eq!(facts, message);
        }
    }

    #[test]
    fn it_is_not_shown() {
        let data = PersonalData { email: Some("ada@example.com".to_owned()), locale: None };
        assert_eq!(format!("{data:?}"), "PersonalData { email: true, locale: false }");
    }
}
