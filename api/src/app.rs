//! The routes, and what their handlers share.

use std::sync::Arc;

use datastores::{Datastores, REDIS, RedisUnready};
use jobs::Queues;
use platform::Context;
use platform::health::Readiness;
use poem::endpoint::make_sync;
use poem::http::{StatusCode, header};
use poem::{Endpoint, EndpointExt as _, IntoEndpoint as _, Response};
use store::{ReadStore, Store};

use crate::auth::{Keys, Quotas};
use crate::docs;
use crate::envelope::Enveloped;
use crate::in_flight::InFlight;
use crate::ingress::{Ingress, WebhookApi};
use crate::merchant_cache::MerchantCache;
use crate::openapi;
use crate::ops::{Ops, assets};
use crate::routes::{Each, Routes, caught};
use crate::text::checked_body;
use crate::v1;
use crate::v1::admin;
use crate::v1::admin::queues::stream::{self, Stream};

/// What handlers share.
pub(crate) struct State {
    pub(crate) store: Store,
    /// For pages and reports.
    pub(crate) reads: ReadStore,
    pub(crate) merchants: Arc<MerchantCache>,
    pub(crate) keys: Keys,
    pub(crate) quotas: Quotas,
    /// What the queue monitor's operations share.
    pub(crate) ops: Ops,
    /// The queues, for the queue monitor.
    pub(crate) queues: Queues,
    pub(crate) context: Context,
    /// All dependencies, for the health that people read; whether the process is ready depends on PostgreSQL alone.
    pub(crate) dependencies: Readiness,
}

/// The operations of Shopify and of partners. Their handlers take [`State`] and [`Ingress`] from the request.
pub(crate) type Api = (WebhookApi, v1::Api);

/// All operations that are served: the queue monitor's have a document of their own.
type Served = (Api, admin::Api);

/// Everything a process of this role depends on.
pub(crate) fn dependencies(datastores: &Datastores) -> Readiness {
    let redis = datastores.clone();
    datastores.postgres_readiness().with(REDIS, move || {
        let redis = redis.clone();
        // The reason may name the address: it is logged by whoever needs Redis, not shown to whoever asks.
        async move {
            redis.redis_ready().await.map_err(|unready| match unready {
                RedisUnready::Away(_) => "Redis does not answer".to_owned(),
                RedisUnready::Misconfigured(_) => "Redis is not fit for jobs".to_owned(),
            })
        }
    })
}

/// The whole application.
pub(crate) fn app(
    state: &Arc<State>,
    ingress: Ingress,
    requests_max: usize,
) -> impl Endpoint<Output = Response> + 'static {
    // The ingress reads its bodies itself.
    let v1 = Each { api: (v1::Api::default(), admin::Api::default()), wrap: checked_body };
    let api = Each { api: (WebhookApi, v1), wrap: caught };
    let service = openapi::service(api).into_endpoint().data(Arc::clone(state)).data(Arc::new(ingress));
    let to_docs =
        make_sync(|_| Response::builder().status(StatusCode::FOUND).header(header::LOCATION, "/docs").finish());
    let alive = make_sync(|_| Response::builder().content_type("application/json").body(r#"{"status":"alive"}"#));
    let routes = Routes::default()
        .get("/", to_docs)
        .get("/healthz", alive)
        .get(stream::PATH, Stream(Arc::clone(state)))
        .service::<Served>("/v1", service.map_to_response().with(InFlight::new(requests_max)));
    let (route, table) = docs::add(assets::add(admin::add_not_served(routes))).finish();
    Enveloped::new(route.map_to_response(), table, Arc::clone(&state.context.ids))
}
