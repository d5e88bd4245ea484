//! Reads a webhook's body: bounded in bytes, in time, and in what all requests together may hold in memory.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use poem::Body;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{ApiError, Code};

/// Largest body that is taken. Orders with thousands of lines reach several MB.
pub(crate) const WEBHOOK_BODY_BYTES_MAX: usize = 16 * 1_024 * 1_024;
/// Bodies that all requests together may hold; beyond it a request is answered 503.
const BODIES_KIB_MAX: usize = 256 * 1_024;
/// How long a body may take to arrive.
const BODY_READ_MAX: Duration = Duration::from_secs(10);

/// Memory for bodies, shared by all requests.
#[derive(Debug, Clone)]
pub(super) struct Budget(Arc<Semaphore>);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(BODIES_KIB_MAX)))
    }

    fn reserve(&self, bytes: usize) -> Result<OwnedSemaphorePermit, ApiError> {
        let kib = u32::try_from(bytes / 1_024 + 1).unwrap_or(u32::MAX);
        Arc::clone(&self.0).try_acquire_many_owned(kib).map_err(|_| ApiError::unavailable())
    }
}

/// Reads a body whose `Content-Length` says `declared`, and the room it takes up until the permit is dropped.
///
/// # Errors
/// 413 over the limit, 408 when it does not arrive in time, 503 when there is no memory left for it, 400 when the connection breaks.
pub(super) async fn read(
    body: Body,
    declared: Option<&str>,
    budget: &Budget,
) -> Result<(Bytes, OwnedSemaphorePermit), ApiError> {
    // A length that is no number never comes so far: hyper refuses it.
    let declared: usize = declared.and_then(|text| text.parse().ok()).unwrap_or(0);
    if declared > WEBHOOK_BODY_BYTES_MAX {
        return Err(too_large());
    }
    let permit = budget.reserve(declared)?;
    tokio::time::timeout(BODY_READ_MAX, collect(body, declared, budget, permit))
        .await
        .unwrap_or_else(|_| Err(ApiError::new(Code::BodyTimeout, "the body did not arrive in time")))
}

async fn collect(
    body: Body,
    declared: usize,
    budget: &Budget,
    mut permit: OwnedSemaphorePermit,
) -> Result<(Bytes, OwnedSemaphorePermit), ApiError> {
    let broken = |_| ApiError::new(Code::BadRequest, "the body ended early");
    let mut frames = body.into_bytes_stream();
    let Some(first) = frames.next().await.transpose().map_err(broken)? else { return Ok((Bytes::new(), permit)) };
    let mut next = frames.next().await.transpose().map_err(broken)?;
    if next.is_none() && first.len() <= declared {
        return Ok((first, permit)); // one frame, as small bodies are: nothing is copied
    }
    let mut all = BytesMut::with_capacity(declared.max(first.len()));
    all.extend_from_slice(&first);
    drop(first);
    while let Some(frame) = next {
        if all.len() + frame.len() > WEBHOOK_BODY_BYTES_MAX {
            return Err(too_large());
        }
        all.extend_from_slice(&frame);
        if all.len() > permit.num_permits() * 1_024 {
            permit.merge(budget.reserve(all.len())?); // no length was declared: room doubles as it grows
        }
        next = frames.next().await.transpose().map_err(broken)?;
    }
    Ok((all.freeze(), permit))
}

fn too_large() -> ApiError {
    ApiError::new(Code::BodyTooLarge, format!("the body is larger than {WEBHOOK_BODY_BYTES_MAX} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(sizes: &[usize]) -> Body {
        let frames: Vec<_> = sizes.iter().map(|size| Ok::<_, std::io::Error>(vec![b'x'; *size])).collect();
        Body::from_bytes_stream(futures::stream::iter(frames))
    }

    async fn outcome(sizes: &[usize], declared: Option<&str>) -> Result<usize, Code> {
        let read = read(frames(sizes), declared, &Budget::new()).await;
        read.map(|(bytes, _)| bytes.len()).map_err(|error| error.code)
    }

    #[tokio::test]
    async fn bodies_come_in_one_frame_or_many_declared_or_not() {
        assert_eq!(outcome(&[], None).await, Ok(0));
        assert_eq!(outcome(&[10], Some("10")).await, Ok(10));
        assert_eq!(outcome(&[10], None).await, Ok(10));
        assert_eq!(outcome(&[10, 20, 5_000], Some("5030")).await, Ok(5_030));
        assert_eq!(outcome(&[10, 20, 5_000], None).await, Ok(5_030));
    }

    #[tokio::test]
    async fn the_limit_holds_for_what_is_declared_and_for_what_arrives() {
        let max = WEBHOOK_BODY_BYTES_MAX;
        assert_eq!(outcome(&[1], Some(&(max + 1).to_string())).await, Err(Code::BodyTooLarge));
        assert_eq!(outcome(&[max / 2, max / 2], None).await, Ok(max));
        assert_eq!(outcome(&[max / 2, max / 2, 1], None).await, Err(Code::BodyTooLarge));
    }

    #[tokio::test]
    async fn what_all_hold_together_is_bounded() {
        let budget = Budget::new();
        let mut held = Vec::new();
        let refused = loop {
            match read(frames(&[1]), Some(&WEBHOOK_BODY_BYTES_MAX.to_string()), &budget).await {
                Ok((_, permit)) => held.push(permit),
                Err(error) => break error,
            }
        };
        assert_eq!(refused.code, Code::Unavailable);
        assert_eq!(held.len(), BODIES_KIB_MAX * 1_024 / WEBHOOK_BODY_BYTES_MAX - 1);
        held.clear();
        assert!(read(frames(&[1]), Some("1"), &budget).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_sender_is_not_waited_for() {
        let never = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let refused = read(Body::from_bytes_stream(never), Some("5"), &Budget::new()).await.unwrap_err();
        assert_eq!(refused.code, Code::BodyTimeout);
    }
}
