//! The webhook topics that mean something here. Others are not an error: they are recorded under their own text.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! topics {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A topic whose body we read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Topic {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Topic {
            /// Every topic, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Shopify's name of the topic.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The topic of this name. `orders/cancel`, which Shopify does not have but integrations use, is
            /// `orders/cancelled`.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)*
                    "orders/cancel" => Some(Self::OrdersCancelled),
                    _ => None,
                }
            }
        }
    };
}

topics! {
    /// An order was placed.
    OrdersCreate = "orders/create",
    /// An order was paid in full.
    OrdersPaid = "orders/paid",
    /// Anything about an order changed.
    OrdersUpdated = "orders/updated",
    /// An order was cancelled.
    OrdersCancelled = "orders/cancelled",
    /// Part or all of an order was refunded.
    RefundsCreate = "refunds/create",
    /// A customer was made.
    CustomersCreate = "customers/create",
    /// A customer changed.
    CustomersUpdate = "customers/update",
    /// A customer asks what is stored about them.
    CustomersDataRequest = "customers/data_request",
    /// A customer's personal data must go.
    CustomersRedact = "customers/redact",
    /// A shop's data must go, 48 hours after it left.
    ShopRedact = "shop/redact",
    /// A shop removed the app.
    AppUninstalled = "app/uninstalled",
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_read_back_and_the_alias_is_known() {
        for topic in Topic::ALL {
            assert_eq!(Topic::parse(topic.as_str()), Some(*topic));
            assert_eq!(serde_json::to_string(topic).unwrap(), format!("\"{topic}\""));
        }
        assert_eq!(Topic::parse("orders/cancel"), Some(Topic::OrdersCancelled));
        assert_eq!(Topic::parse("products/create"), None);
        assert_eq!(Topic::parse("ORDERS/CREATE"), None);
    }
}
