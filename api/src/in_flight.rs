//! Limits the requests that are worked on at the same time, over all connections: a connection of HTTP/2 carries many, so
//! that the limit of connections alone would bound nothing.

use std::sync::Arc;

use poem::{Endpoint, Middleware, Request, Response};
use tokio::sync::Semaphore;

use crate::error::ApiError;

/// Refuses what comes beyond the limit with 503, at once.
#[derive(Debug, Clone)]
pub(crate) struct InFlight(Arc<Semaphore>);

impl InFlight {
    /// At most `requests_max` at the same time.
    pub(crate) fn new(requests_max: usize) -> Self {
        Self(Arc::new(Semaphore::new(requests_max)))
    }
}

impl<E: Endpoint<Output = Response>> Middleware<E> for InFlight {
    type Output = InFlightEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        InFlightEndpoint { inner, slots: Arc::clone(&self.0) }
    }
}

/// An endpoint that takes part in the limit.
pub(crate) struct InFlightEndpoint<E> {
    inner: E,
    slots: Arc<Semaphore>,
}

impl<E: Endpoint<Output = Response>> Endpoint for InFlightEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let _slot = self.slots.try_acquire().map_err(|_| ApiError::unavailable())?;
        self.inner.call(request).await
    }
}

#[cfg(test)]
mod tests {
    use poem::EndpointExt as _;
    use poem::endpoint::make;
    use poem::http::StatusCode;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn what_comes_beyond_the_limit_is_refused_at_once_and_a_freed_slot_is_taken() {
        let go_on = Arc::new(Notify::new());
        let endpoint = make({
            let go_on = Arc::clone(&go_on);
            move |_| {
                let go_on = Arc::clone(&go_on);
                async move {
                    go_on.notified().await;
                    Ok::<_, poem::Error>("done")
                }
            }
        });
        let endpoint = Arc::new(endpoint.map_to_response().with(InFlight::new(1)));
        let first = tokio::spawn({
            let endpoint = Arc::clone(&endpoint);
            async move { endpoint.call(Request::default()).await }
        });
        tokio::task::yield_now().await;
        let refused = endpoint.call(Request::default()).await.unwrap_err();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        go_on.notify_one();
        assert!(first.await.unwrap().is_ok());
        go_on.notify_one();
        assert!(endpoint.call(Request::default()).await.is_ok());
    }
}
