//! The body of an answer as it goes over the wire: whole, cut off in the middle, or random bytes made while they are sent.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use platform::Ids;

/// Random bytes that are made at a time.
const GARBAGE_CHUNK_BYTES: u64 = 16 * 1_024;

/// A body.
pub(crate) enum AnswerBody {
    /// As it is.
    Whole(Bytes),
    /// Its first half, under the length of the whole; then the connection ends.
    Cut { rest: Option<Bytes>, declared: u64 },
    /// So many random bytes more.
    Garbage { left: u64, ids: Arc<Ids> },
}

impl AnswerBody {
    /// Returns a body whose second half never comes.
    pub(crate) fn cut(body: &Bytes) -> Self {
        Self::Cut { rest: Some(body.slice(..body.len() / 2)), declared: body.len() as u64 }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let data = match self.get_mut() {
            Self::Whole(body) if body.is_empty() => return Poll::Ready(None),
            Self::Whole(body) => std::mem::take(body),
            Self::Cut { rest, .. } => match rest.take() {
                Some(half) => half,
                None => return Poll::Ready(Some(Err(io::Error::other("cut off as set by the faults")))),
            },
            Self::Garbage { left: 0, .. } => return Poll::Ready(None),
            Self::Garbage { left, ids } => {
                let length = (*left).min(GARBAGE_CHUNK_BYTES);
                *left -= length;
                let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
                ids.fill(&mut bytes);
                bytes.into()
            }
        };
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Whole(body) => body.len() as u64,
            Self::Cut { declared, .. } => *declared,
            Self::Garbage { left, .. } => *left,
        })
    }
}

impl From<Bytes> for AnswerBody {
    fn from(body: Bytes) -> Self {
        Self::Whole(body)
    }
}
