//! The routes, and what their handlers share.

use std::collections::HashMap;
use std::sync::Arc;

use datastores::{Datastores, REDIS, RedisUnready};
use platform::Context;
use platform::health::{Health, Readiness};
use poem::endpoint::{BoxEndpoint, make, make_sync};
use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, EndpointExt as _, Response, Route, get};
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{OpenApi, OpenApiService};
use store::Store;

use crate::auth::Auth;
use crate::envelope::Enveloped;
use crate::ingress::{Ingress, WebhookApi};
use crate::merchant_cache::MerchantCache;
use crate::reads::{HealthApi, PointsApi, RetriesApi};

/// What handlers share.
pub(crate) struct State {
    pub(crate) datastores: Datastores,
    pub(crate) store: Store,
    pub(crate) merchants: Arc<MerchantCache>,
    pub(crate) auth: Auth,
    pub(crate) context: Context,
    /// All dependencies; `/readyz` asks only for PostgreSQL.
    pub(crate) dependencies: Readiness,
}

type Api = (WebhookApi, PointsApi, RetriesApi, HealthApi);

fn service<T: OpenApi>(api: T) -> OpenApiService<T, ()> {
    OpenApiService::new(api, "LoyalNest", env!("CARGO_PKG_VERSION")).description(
        "Loyalty points for Shopify shops. Every answer has `status` and `error`: `error` is null, or a `code` for \
             programs and a `message` for people.",
    )
}

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
pub(crate) fn app(state: &Arc<State>, ingress: Ingress) -> impl Endpoint<Output = Response> + 'static {
    let (metrics, shutdown) = (state.context.metrics.clone(), state.context.shutdown.clone());
    let health = Health::new(state.datastores.postgres_readiness(), metrics, shutdown);
    let plain = make(move |request| {
        let health = health.clone();
        async move {
            Ok::<_, poem::Error>(match health.respond(request.uri().path()).await {
                Some(answer) => Response::builder()
                    .status(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
                    .content_type(answer.content_type)
                    .body(answer.body),
                None => StatusCode::NOT_FOUND.into(),
            })
        }
    });
    let plain = Arc::new(plain.map_to_response());
    let service = service((
        WebhookApi(Arc::new(ingress)),
        PointsApi(Arc::clone(state)),
        RetriesApi(Arc::clone(state)),
        HealthApi(Arc::clone(state)),
    ));
    let to_docs =
        make_sync(|_| Response::builder().status(StatusCode::FOUND).header(header::LOCATION, "/docs").finish());
    let route = Route::new()
        .at("/", get(to_docs))
        .at("/healthz", get(Arc::clone(&plain)))
        .at("/readyz", get(Arc::clone(&plain)))
        .at("/metrics", get(plain))
        .at("/openapi.json", get(service.spec_endpoint()))
        .nest("/docs", service.swagger_ui())
        .nest_no_strip("/v1", service.data(Arc::clone(state)));
    Enveloped::new(route.map_to_response(), Arc::clone(&state.context.ids))
}

/// The operations without anything to serve them: enough to describe them.
struct Document;

impl OpenApi for Document {
    fn meta() -> Vec<MetaApi> {
        Api::meta()
    }

    fn register(registry: &mut Registry) {
        Api::register(registry);
    }

    fn add_routes(self, _routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}

/// The OpenAPI document, as `/openapi.json` serves it.
#[must_use]
pub fn openapi_json() -> String {
    service(Document).spec()
}
