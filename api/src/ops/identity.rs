//! Who a person is, and what that person may do. How a person proves it is a [`SignInMethod`]: tokens of the configuration
//! today, an identity provider later. Nothing else of the monitor knows how a person signed in.

use futures::future::BoxFuture;
use platform::config::OpsConfig;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::ApiError;
use crate::v1::admin::model::session::{Right, Role};

/// A person, or a program that acts for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Stable id, written to the audit log.
    pub(crate) id: String,
    /// Name for people.
    pub(crate) name: String,
    /// Each role may do what the one before may.
    pub(crate) role: Role,
    /// The right to see payloads of jobs and bodies of webhooks, which no role brings with it.
    pub(crate) sees_payloads: bool,
}

impl Identity {
    /// All rights of the person.
    pub(crate) fn rights(&self) -> Vec<Right> {
        let of_role: &[Right] = match self.role {
            Role::Viewer => &[Right::QueuesView],
            Role::Operator => &[Right::QueuesView, Right::QueuesOperate],
            Role::Admin => &[Right::QueuesView, Right::QueuesOperate, Right::QueuesAdmin],
        };
        of_role.iter().copied().chain(self.sees_payloads.then_some(Right::PayloadRead)).collect()
    }

    /// Returns whether the person has the right.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.rights().contains(&right)
    }
}

/// A way to find out who somebody is by what was presented.
pub(crate) trait SignInMethod: Send + Sync {
    /// Returns the person whose credentials these are, or nothing if they are nobody's.
    ///
    /// # Errors
    /// 503 when that cannot be found out now.
    fn identify<'a>(&'a self, credentials: &'a str) -> BoxFuture<'a, Result<Option<Identity>, ApiError>>;
}

/// The tokens of the configuration, kept as hashes: one for each role.
pub(crate) struct Tokens(Vec<([u8; 32], Identity)>);

impl Tokens {
    /// The administrator's token, which has every right, and those of operators and viewers where they are set.
    pub(crate) fn new(admin_token: &str, config: &OpsConfig) -> Self {
        let one = |token: &str, id: &str, role, sees_payloads| {
            let identity = Identity { id: id.to_owned(), name: id.to_owned(), role, sees_payloads };
            (hash(token), identity)
        };
        let mut tokens = vec![one(admin_token, "admin", Role::Admin, true)];
        if let Some(token) = &config.operator_token {
            tokens.push(one(token.expose(), "operator", Role::Operator, config.operators_see_payloads));
        }
        if let Some(token) = &config.viewer_token {
            tokens.push(one(token.expose(), "viewer", Role::Viewer, false));
        }
        Self(tokens)
    }
}

impl SignInMethod for Tokens {
    fn identify<'a>(&'a self, credentials: &'a str) -> BoxFuture<'a, Result<Option<Identity>, ApiError>> {
        let presented = hash(credentials);
        // All are compared, and each in constant time: how long it takes says nothing.
        let mut found = None;
        for (known, identity) in &self.0 {
            if bool::from(known.as_slice().ct_eq(&presented)) && found.is_none() {
                found = Some(identity.clone());
            }
        }
        Box::pin(std::future::ready(Ok(found)))
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use platform::config::Secret;

    use super::*;

    #[tokio::test]
    async fn each_token_has_its_role_and_payloads_are_a_right_of_their_own() {
        let config = OpsConfig {
            operator_token: Some(Secret::new("an-operator-token-1".to_owned())),
            viewer_token: Some(Secret::new("a-viewers-token-123".to_owned())),
            operators_see_payloads: false,
            environment: "test".to_owned(),
            idle_minutes: 30,
            session_hours: 12,
        };
        let tokens = Tokens::new("the-admin-token-123", &config);
        let rights = async |token: &str| tokens.identify(token).await.unwrap().map(|identity| identity.rights());
        let all = vec![Right::QueuesView, Right::QueuesOperate, Right::QueuesAdmin, Right::PayloadRead];
        assert_eq!(rights("the-admin-token-123").await, Some(all));
        assert_eq!(rights("an-operator-token-1").await, Some(vec![Right::QueuesView, Right::QueuesOperate]));
        assert_eq!(rights("a-viewers-token-123").await, Some(vec![Right::QueuesView]));
        assert_eq!(rights("a-viewers-token-124").await, None);
        assert_eq!(rights("").await, None);
    }
}
