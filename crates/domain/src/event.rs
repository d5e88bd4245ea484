//! The events that the outbox publishes, by the names that the specification gives them. Refuses names that are not listed here.

macro_rules! events {
    ($($(#[$doc:meta])* $event:ident = $name:literal;)*) => {
        /// What an event says has happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventName {
            $($(#[$doc])* $event,)*
        }

        impl EventName {
            /// Every event.
            pub const ALL: &[Self] = &[$(Self::$event),*];

            /// Returns the name of the event, which is permanent: partners build on it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$event => $name,)* }
            }

            /// Returns the event of that name, if there is one.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$event),)*
                    _ => None,
                }
            }
        }
    };
}

events! {
    /// An order earned points.
    PointsEarned = "points_earned";
    /// A balance was corrected, by an edit, a refund or a cancellation.
    PointsAdjusted = "points_adjusted";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_others_do_not() {
        for event in EventName::ALL {
            assert_eq!(EventName::parse(event.as_str()), Some(*event));
        }
        assert_eq!(EventName::parse("points_invented"), None);
    }
}
