//! Shopify's OAuth as far as tokens are renewed: a refresh token is exchanged, or the app's own credentials are. Stores nothing.

use std::time::Duration;

use domain::{MerchantId, TokenRate};
use platform::config::{PartnersConfig, Secret, ShopifyConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use super::tokens::IssuedTokens;
use crate::channel::{Channel, Repeat, Wire};
use crate::credentials::Credential;
use crate::error::{CallError, CallFailure};
use crate::http::{AnswerError, HttpAnswer, failure, plain_code};
use crate::upstream::{Answer, Limits, UpstreamPolicy};

use super::SHOPIFY;

/// How a shop's OAuth is called: apart from its Admin API, whose budget it does not share.
const SHOPIFY_OAUTH: UpstreamPolicy = UpstreamPolicy {
    name: "shopify-oauth",
    limits: Limits { rate: TokenRate::fixed(2, Duration::from_secs(1), 10), smoothing: None },
    ..SHOPIFY
};

/// Longest life of a token that is believed.
const LIFE_SECONDS_MAX: u64 = 366 * 24 * 3_600;

/// What a token is obtained with.
pub(super) enum Grant<'a> {
    /// The refresh token of the last answer.
    Refresh(&'a Secret<String>),
    /// The app's own credentials.
    ClientCredentials,
}

/// What Shopify answered.
pub(super) enum Granted {
    /// New tokens.
    Tokens(IssuedTokens),
    /// The grant is not accepted any more, nor will it be.
    Dead,
}

/// Obtains tokens.
#[derive(Clone)]
pub(super) struct OAuth {
    channel: Channel,
    url: String,
    client_id: Option<String>,
    client_secret: Secret<String>,
    client_credentials: bool,
}

#[derive(Deserialize)]
struct Body {
    access_token: String,
    #[serde(default)]
    expires_in: Option<u64>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    refresh_token_expires_in: Option<u64>,
}

impl OAuth {
    pub(super) fn new(wire: &Wire, config: &PartnersConfig, app: &ShopifyConfig) -> Self {
        Self {
            channel: wire.channel(&SHOPIFY_OAUTH, config.timeout()),
            url: config.shopify_url.as_str().to_owned(),
            client_id: config.shopify_api_key.clone(),
            client_secret: app.api_secret.clone(),
            client_credentials: config.shopify_client_credentials,
        }
    }

    /// Returns whether the app's own credentials may be used.
    pub(super) fn has_client_credentials(&self) -> bool {
        self.client_credentials && self.client_id.is_some()
    }

    /// Obtains tokens for a shop.
    pub(super) async fn obtain(
        &self,
        merchant: &MerchantId,
        domain: &str,
        grant: Grant<'_>,
    ) -> Result<Granted, CallError> {
        let client_id = self.client_id.as_deref();
        let client_id = client_id.ok_or_else(|| self.channel.unfit("SHOPIFY_API_KEY is not set"))?;
        let mut body = json!({ "client_id": client_id, "client_secret": self.client_secret.expose() });
        match grant {
            Grant::Refresh(token) => {
                body["grant_type"] = "refresh_token".into();
                body["refresh_token"] = token.expose().as_str().into();
            }
            Grant::ClientCredentials => body["grant_type"] = "client_credentials".into(),
        }
        let url = format!("{}/admin/oauth/access_token", self.url.replace("{shop}", domain));
        let request = self.channel.request(reqwest::Method::POST, &url).json(&body);
        // Until a new refresh token is used, the old one can be exchanged again.
        self.channel.send(Credential::of_merchant(merchant), 1, Repeat::Safe, request, read).await
    }
}

fn read(answer: HttpAnswer) -> Result<Answer<Granted>, CallFailure> {
    if !answer.is_success() {
        return refused(&answer);
    }
    let body: Body = answer.json()?;
    if body.access_token.is_empty() {
        return Err(CallFailure::Failed(AnswerError::Malformed.into()));
    }
    let life = |seconds: Option<u64>| seconds.map(|seconds| Duration::from_secs(seconds.min(LIFE_SECONDS_MAX)));
    Ok(Answer::new(Granted::Tokens(IssuedTokens {
        access_token: Secret::new(body.access_token),
        expires_in: life(body.expires_in),
        refresh_token: body.refresh_token.map(Secret::new),
        refresh_expires_in: life(body.refresh_token_expires_in),
    })))
}

fn refused(answer: &HttpAnswer) -> Result<Answer<Granted>, CallFailure> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = body["error"].as_str().and_then(plain_code);
    let error = || AnswerError::status(answer, code.as_deref()).into();
    match (answer.status, code.as_deref()) {
        // Ours is wrong, not the shop's.
        (_, Some("invalid_client")) => Err(CallFailure::Rejected(error())),
        (400 | 401, Some("invalid_grant" | "invalid_subject_token")) | (401, None) => Ok(Answer::new(Granted::Dead)),
        (402 | 423, _) => Err(CallFailure::Suspended(error())),
        (404, _) => Err(CallFailure::ShopGone(error())),
        _ => Err(failure(answer, code.as_deref())),
    }
}
