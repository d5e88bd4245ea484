//! The sandbox as a process of `./dev.sh up`.

use std::sync::Arc;

use anyhow::Context as _;
use platform::config::SandboxSettings;
use platform::health::{Health, Readiness};
use platform::{Context, Ids};

use crate::server::{Options, Sandbox};

/// Serves until the shutdown.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(settings: SandboxSettings, context: Context) -> anyhow::Result<()> {
    let health = Health::new(Readiness::new(), context.metrics.clone(), context.shutdown.clone());
    let options = Options {
        addr: settings.sandbox.addr,
        shopify_api_secret: settings.shopify.api_secret.expose().clone(),
        access_key_id: settings.sandbox.access_key_id.clone(),
        secret_access_key: settings.sandbox.secret_access_key.clone(),
        bucket: settings.sandbox.bucket.clone(),
        health: Some(health),
    };
    let ids = Arc::new(Ids::seeded(Arc::clone(&context.clock), settings.sandbox.seed));
    let sandbox = Sandbox::start(options, context.clock, ids).await.context("the sandbox")?;
    tracing::info!(url = sandbox.url(), "listening");
    context.shutdown.draining().await;
    Ok(())
}
