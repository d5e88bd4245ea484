//! The routing table, and what is known of each route: the label of its metrics and the methods it takes. Both come from
//! the table itself, so that no list of paths is kept beside it.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem::{Endpoint, EndpointExt as _, IntoEndpoint, PathPattern, Request, Response, Route, get};
use poem_openapi::OpenApi;
use poem_openapi::registry::{MetaApi, Registry};

use crate::error::ApiError;

/// What is known of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// Its path with the names of its parameters, such as `/v1/api/customers/{id}/points`.
    pub(crate) label: &'static str,
    /// The value of `Allow`.
    pub(crate) allow: &'static str,
}

/// The label of a request whose path has no route.
const UNKNOWN: Known = Known { label: "other", allow: "" };

/// Everything that is known, by the pattern that the router reports.
#[derive(Debug, Default)]
pub(crate) struct Table(HashMap<String, Known>);

impl Table {
    /// What is known of the route with this pattern.
    pub(crate) fn find(&self, pattern: Option<&PathPattern>) -> Known {
        pattern.and_then(|pattern| self.0.get(&*pattern.0)).copied().unwrap_or(UNKNOWN)
    }

    fn insert(&mut self, pattern: String, label: &str, methods: &[Method]) {
        let known = Known { label: leaked(label), allow: leaked(&allow(methods)) };
        self.0.insert(pattern, known);
    }
}

/// Labels of metrics are static, which keeps what callers send out of them. The routes are few and made once a process.
fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A resource that can be read with GET can be read with HEAD, too.
fn allow(methods: &[Method]) -> String {
    let mut names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    if methods.contains(&Method::GET) {
        names.push(Method::HEAD.as_str());
    }
    names.sort_unstable();
    names.join(", ")
}

/// Routes in the making.
#[derive(Default)]
pub(crate) struct Routes {
    route: Route,
    table: Table,
}

impl Routes {
    /// Adds a path that takes GET.
    pub(crate) fn get<E>(mut self, path: &str, endpoint: E) -> Self
    where
        E: IntoEndpoint,
        E::Endpoint: 'static,
    {
        self.table.insert(path.to_owned(), path, &[Method::GET]);
        let endpoint = caught(endpoint.into_endpoint().map_to_response().boxed());
        Self { route: self.route.at(path, get(endpoint)), table: self.table }
    }

    /// Adds the operations of the API `T`, which are all below `prefix` and served by `endpoint`.
    pub(crate) fn service<T: OpenApi>(mut self, prefix: &str, endpoint: impl Endpoint + 'static) -> Self {
        for path in T::meta().into_iter().flat_map(|api| api.paths) {
            let methods: Vec<Method> = path.operations.iter().map(|operation| operation.method.clone()).collect();
            self.table.insert(pattern_of(&path.path), &path.path, &methods);
        }
        Self { route: self.route.nest_no_strip(prefix, endpoint), table: self.table }
    }

    /// The router, and what is known of its routes.
    pub(crate) fn finish(self) -> (Route, Table) {
        (self.route, self.table)
    }
}

/// The router's pattern of a documented path: `poem-openapi` numbers the parameters.
fn pattern_of(path: &str) -> String {
    let mut parameters = 0_usize..;
    let segments = path.split('/').map(|segment| match segment.starts_with('{') {
        true => format!(":param{}", parameters.next().unwrap_or_default()),
        false => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// An API each of whose operations is wrapped in the same way.
pub(crate) struct Each<T> {
    pub(crate) api: T,
    pub(crate) wrap: fn(BoxEndpoint<'static>) -> BoxEndpoint<'static>,
}

impl<T: OpenApi> OpenApi for Each<T> {
    fn meta() -> Vec<MetaApi> {
        T::meta()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        let mut own = HashMap::new();
        self.api.add_routes(&mut own);
        for (path, methods) in own {
            let wrapped = methods.into_iter().map(|(method, endpoint)| (method, (self.wrap)(endpoint)));
            routes.entry(path).or_default().extend(wrapped);
        }
    }
}

/// Turns a panic of an endpoint into an error, inside its route, so that the answer still knows the route.
pub(crate) fn caught(endpoint: BoxEndpoint<'static>) -> BoxEndpoint<'static> {
    Caught(endpoint).boxed()
}

struct Caught(BoxEndpoint<'static>);

impl Endpoint for Caught {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        // The panic itself is logged by the hook.
        let called = AssertUnwindSafe(self.0.call(request)).catch_unwind().await;
        called.unwrap_or_else(|_| Err(ApiError::internal().into()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_documented_path_has_the_routers_pattern() {
        assert_eq!(pattern_of("/v1/api/health"), "/v1/api/health");
        assert_eq!(pattern_of("/v1/{a}/b/{c}"), "/v1/:param0/b/:param1");
    }

    #[test]
    fn what_takes_get_takes_head() {
        assert_eq!(allow(&[Method::GET]), "GET, HEAD");
        assert_eq!(allow(&[Method::POST, Method::GET]), "GET, HEAD, POST");
        assert_eq!(allow(&[Method::POST]), "POST");
    }

    #[test]
    fn a_path_without_a_route_has_one_label() {
        let table = Table::default();
        assert_eq!(table.find(None).label, "other");
        assert_eq!(table.find(Some(&PathPattern(Arc::from("/v1")))).label, "other");
    }
}
