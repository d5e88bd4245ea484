//! The partners by name: the first segment of a path, and what a record, a fault and the page call them.

use std::fmt;
use std::str::FromStr;

/// A partner that the sandbox plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Partner {
    /// The shops.
    Shopify,
    /// E-mail marketing.
    Klaviyo,
    /// Text messages.
    Postscript,
    /// Product analytics.
    PostHog,
    /// Incoming webhooks of a chat.
    Slack,
    /// AWS's notifications.
    Sns,
    /// Objects, as Backblaze B2 keeps them.
    S3,
    /// Reviews, sent to us.
    JudgeMe,
    /// Reviews, sent to us.
    Yotpo,
    /// Takes every request: for tests of what calls a partner, whichever it is.
    Echo,
}

impl Partner {
    /// All partners, in the order of the page.
    pub const ALL: [Self; 10] = [
        Self::Shopify,
        Self::Klaviyo,
        Self::Postscript,
        Self::PostHog,
        Self::Slack,
        Self::Sns,
        Self::S3,
        Self::JudgeMe,
        Self::Yotpo,
        Self::Echo,
    ];

    /// Returns the partner's name in paths and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Shopify => "shopify",
            Self::Klaviyo => "klaviyo",
            Self::Postscript => "postscript",
            Self::PostHog => "posthog",
            Self::Slack => "slack",
            Self::Sns => "sns",
            Self::S3 => "s3",
            Self::JudgeMe => "judgeme",
            Self::Yotpo => "yotpo",
            Self::Echo => "echo",
        }
    }

    /// Returns whether the partner can say 200 to a caller whose budget is used up.
    pub(crate) fn throttles_with_200(self) -> bool {
        self == Self::Shopify
    }
}

impl fmt::Display for Partner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Partner {
    type Err = UnknownPartner;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|partner| partner.name() == text).ok_or_else(|| UnknownPartner(text.to_owned()))
    }
}

/// The sandbox plays no partner of that name.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox plays no partner `{0}`: choose one of {names}", names = Partner::ALL.map(Partner::name).join(", "))]
pub struct UnknownPartner(String);
