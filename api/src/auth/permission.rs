//! What a key may be allowed to do: one type for each scope, so that a handler names the permission it needs in its signature.

/// A permission, and the scope of a key that grants it.
pub(crate) trait Permission: Send + Sync + 'static {
    /// The scope as keys carry it.
    const SCOPE: &'static str;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $scope:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub(crate) struct $name;

            impl Permission for $name {
                const SCOPE: &'static str = $scope;
            }
        )*
    };
}

permissions! {
    /// Read customers' points.
    PointsRead = "points:read";
    /// Read recorded webhooks.
    WebhooksRead = "webhooks:read";
}
