//! `loyalnest seed`: merchants to try things with. Running it again changes nothing.

use anyhow::{Context as _, ensure};
use domain::MerchantId;
use platform::Context;
use platform::config::ToolSettings;
use store::Owner;
use store::crypto::{Encrypted, KeyRing, Nonce};
use store::merchants::{NewMerchant, PartnerKey};

use super::keys::Scope;
use super::{SeedArguments, say};

const DEMO_SHOPS: [&str; 2] = ["demo-1.myshopify.com", "demo-2.myshopify.com"];
/// Merchants registered in one statement.
const MERCHANTS_BATCH_ROWS: usize = 500;

pub(super) async fn run(
    owner: &Owner,
    settings: &ToolSettings,
    context: &Context,
    arguments: &SeedArguments,
) -> anyhow::Result<()> {
    ensure!(
        arguments.demo || arguments.merchants > 0,
        "nothing to seed: give --demo, or --merchants N (and --customers M)"
    );
    let keys = datastores::key_ring(&settings.encryption);
    if arguments.demo {
        let shops = DEMO_SHOPS.map(|shop| merchant(&keys, context, shop.to_owned(), "growth"));
        owner.register_merchants(&shops.into_iter().collect::<anyhow::Result<Vec<_>>>()?).await?;
        if let Some(api_key) = &arguments.api_key {
            add_key(owner, context, api_key).await?;
            say(&format!("PARTNER_API_KEY={api_key}"));
        }
        say(&format!("DEMO_SHOP={}", DEMO_SHOPS[0]));
    }
    if arguments.merchants > 0 {
        register_load_shops(owner, &keys, context, arguments.merchants).await?;
        say(&format!(
            "load-1.myshopify.com ... load-{}.myshopify.com are registered; their {} customers will appear with their orders",
            arguments.merchants, arguments.customers
        ));
    }
    Ok(())
}

async fn register_load_shops(owner: &Owner, keys: &KeyRing, context: &Context, merchants: u32) -> anyhow::Result<()> {
    let shops = (1..=merchants).map(|n| merchant(keys, context, format!("load-{n}.myshopify.com"), "plus"));
    let shops = shops.collect::<anyhow::Result<Vec<_>>>()?;
    for batch in shops.chunks(MERCHANTS_BATCH_ROWS) {
        owner.register_merchants(batch).await?;
    }
    Ok(())
}

async fn add_key(owner: &Owner, context: &Context, api_key: &str) -> anyhow::Result<()> {
    let key = PartnerKey::parse(api_key);
    let key = key.context("--api-key must be lnk_ and 43 characters of base64url (32 random bytes)")?;
    owner.add_api_key(DEMO_SHOPS[0], &context.ids.ulid(), &key, "demo", &Scope::ALL.map(Scope::as_str)).await?;
    Ok(())
}

fn merchant(
    keys: &KeyRing,
    context: &Context,
    shopify_domain: String,
    plan_id: &'static str,
) -> anyhow::Result<NewMerchant> {
    let merchant_id = MerchantId::parse(&context.ids.ulid()).context("the id generator is broken")?;
    let nonce = Nonce::new(context.ids.random_bytes());
    let api_token = Encrypted::seal(keys, nonce, &merchant_id, "seeded: no Admin API access");
    Ok(NewMerchant { merchant_id, shopify_domain, plan_id, api_token })
}
