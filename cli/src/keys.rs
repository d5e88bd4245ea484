//! `loyalnest keys`: the API keys of a shop's partners. A key is shown once, when it is made; only its hash is stored.

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand, ValueEnum};
use platform::Context;
use store::Owner;
use store::merchants::{ApiKeyView, Merchant, PartnerKey};

use super::say;
use super::table::{show_table, show_time};

/// Longest name of a key.
const NAME_CHARS_MAX: usize = 100;
/// Keys of one shop that are listed at most.
const KEYS_LISTED_MAX: i64 = 1_000;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key for an active shop and print it: this is the only time that it can be seen.
    Create(CreateArguments),
    /// List the keys of a shop, the revoked ones included.
    List(ListArguments),
    /// Revoke a key of a shop: it is refused from the next request on.
    Revoke(RevokeArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// The shop, such as `acme.myshopify.com`.
    #[arg(long, value_name = "DOMAIN")]
    shop: String,
    /// What the key is for, such as the name of the partner.
    #[arg(long)]
    name: String,
    /// What the key may do; may be given several times.
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<Scope>,
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// The shop, such as `acme.myshopify.com`.
    #[arg(long, value_name = "DOMAIN")]
    shop: String,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArguments {
    /// The shop, such as `acme.myshopify.com`.
    #[arg(long, value_name = "DOMAIN")]
    shop: String,
    /// The key's id, as `list` shows it.
    #[arg(value_name = "KEY_ID")]
    api_key_id: String,
}

/// What a key may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scope {
    #[value(name = "points:read")]
    PointsRead,
    #[value(name = "points:write")]
    PointsWrite,
    #[value(name = "webhooks:read")]
    WebhooksRead,
    #[value(name = "webhooks:write")]
    WebhooksWrite,
}

impl Scope {
    pub(crate) const ALL: [Self; 4] = [Self::PointsRead, Self::PointsWrite, Self::WebhooksRead, Self::WebhooksWrite];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PointsRead => "points:read",
            Self::PointsWrite => "points:write",
            Self::WebhooksRead => "webhooks:read",
            Self::WebhooksWrite => "webhooks:write",
        }
    }
}

pub(super) async fn run(owner: &Owner, context: &Context, command: &KeysCommand) -> anyhow::Result<()> {
    match command {
        KeysCommand::Create(arguments) => create(owner, context, arguments).await,
        KeysCommand::List(arguments) => list(owner, arguments).await,
        KeysCommand::Revoke(arguments) => revoke(owner, arguments).await,
    }
}

async fn create(owner: &Owner, context: &Context, arguments: &CreateArguments) -> anyhow::Result<()> {
    let name = arguments.name.trim();
    ensure!(
        (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.contains(char::is_control),
        "--name must have 1 to {NAME_CHARS_MAX} printable characters"
    );
    let merchant = merchant(owner, &arguments.shop).await?;
    ensure!(merchant.status == "active", "{} is {}: its keys are refused", arguments.shop, merchant.status);
    let mut scopes: Vec<&str> = arguments.scopes.iter().map(|scope| scope.as_str()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let (id, key) = (context.ids.ulid(), PartnerKey::of(context.ids.random_bytes()));
    let added = owner.add_api_key(&merchant.shopify_domain, &id, &key, name, &scopes).await?;
    ensure!(added, "the key was not made: try again");
    say(&format!("API_KEY_ID={id}"));
    say(&format!("PARTNER_API_KEY={}", key.expose()));
    Ok(())
}

async fn list(owner: &Owner, arguments: &ListArguments) -> anyhow::Result<()> {
    let merchant = merchant(owner, &arguments.shop).await?;
    let keys = owner.api_keys(&merchant.merchant_id, KEYS_LISTED_MAX).await?;
    if keys.is_empty() {
        say(&format!("{} has no keys", arguments.shop));
        return Ok(());
    }
    show_table(["KEY ID", "NAME", "SCOPES", "CREATED", "REVOKED"], keys.into_iter().map(row));
    Ok(())
}

fn row(key: ApiKeyView) -> [String; 5] {
    let revoked = key.revoked_at.map_or_else(|| "-".to_owned(), show_time);
    [key.api_key_id, key.name, key.scopes.join(","), show_time(key.created_at), revoked]
}

async fn revoke(owner: &Owner, arguments: &RevokeArguments) -> anyhow::Result<()> {
    let merchant = merchant(owner, &arguments.shop).await?;
    if !owner.revoke_api_key(&merchant.merchant_id, &arguments.api_key_id).await? {
        bail!("{} has no key with the id {}", arguments.shop, arguments.api_key_id);
    }
    say(&format!("{} is revoked", arguments.api_key_id));
    Ok(())
}

async fn merchant(owner: &Owner, shop: &str) -> anyhow::Result<Merchant> {
    let merchant = owner.merchant_by_domain(&shop.to_ascii_lowercase()).await?;
    merchant.with_context(|| format!("no merchant has the domain {shop}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_as_they_are_stored() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_str(scope.as_str(), false), Ok(scope));
        }
        assert_eq!(Scope::value_variants(), Scope::ALL);
    }
}
