//! What a message says of a person, apart from its facts: it is stored encrypted, and no longer than it is needed. It holds
//! nothing that points depend on.

use std::fmt;

use serde::{Deserialize, Serialize};

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

    #[test]
    fn it_is_not_shown() {
        let data = PersonalData { email: Some("ada@example.com".to_owned()), locale: None };
        assert_eq!(format!("{data:?}"), "PersonalData { email: true, locale: false }");
    }
}
