//! A connection whose patience has limits: for the next request, for the rest of one that has begun, and for a peer that does
//! not read its answer. One that keeps us waiting longer is closed, so that no number of slow senders holds anything for long.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a connection may rest between two requests, or before the first. Longer than usual proxies keep theirs, so that
/// these close first.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// How long a request may take from its first byte to that of its answer, and a peer to make room for more of an answer. Longer
/// than a body may take and be recorded, so that a slow body is still answered 408.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What the connection waits for since when.
#[derive(Debug, Clone, Copy)]
enum Waiting {
    Request(Instant),
    Rest(Instant),
}

/// A connection, and its place among all.
#[derive(Debug)]
pub(crate) struct TimeoutStream<T> {
    inner: T,
    waiting: Waiting,
    /// Fires at the deadline or before; it is moved when it fires, not at each byte.
    timer: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl<T> TimeoutStream<T> {
    pub(crate) fn new(inner: T, place: OwnedSemaphorePermit) -> Self {
        let now = Instant::now();
        Self { inner, waiting: Waiting::Request(now), timer: Box::pin(sleep_until(now + IDLE_TIMEOUT)), _place: place }
    }

    fn deadline(&self) -> Instant {
        match self.waiting {
            Waiting::Request(since) => since + IDLE_TIMEOUT,
            Waiting::Rest(since) => since + REQUEST_TIMEOUT,
        }
    }

    /// Ready when the patience is at its end.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let deadline = self.deadline();
        if self.timer.deadline() > deadline {
            self.timer.as_mut().reset(deadline);
        }
        loop {
            ready!(self.timer.as_mut().poll(cx));
            if self.timer.deadline() >= deadline {
                return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the peer kept the connection waiting"));
            }
            self.timer.as_mut().reset(deadline);
        }
    }

    /// An operation that would wait goes on, or has waited long enough.
    fn unless_at_end<V>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<V>>) -> Poll<io::Result<V>> {
        match outcome {
            Poll::Pending => self.poll_end(cx).map(Err),
            ready => ready,
        }
    }

    fn wrote(&mut self, outcome: &Poll<io::Result<usize>>) {
        if matches!(outcome, Poll::Ready(Ok(1..))) {
            self.waiting = Waiting::Request(Instant::now());
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for TimeoutStream<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            match self.waiting {
                Waiting::Request(_) => self.waiting = Waiting::Rest(Instant::now()),
                // A byte now and then does not buy time.
                Waiting::Rest(since) if since.elapsed() > REQUEST_TIMEOUT => {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Waiting::Rest(_) => {}
            }
        }
        self.unless_at_end(cx, outcome)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for TimeoutStream<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.wrote(&outcome);
        self.unless_at_end(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.wrote(&outcome);
        self.unless_at_end(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_flush(cx);
        self.unless_at_end(cx, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.unless_at_end(cx, outcome)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::sync::Semaphore;
    use tokio::time::sleep;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn connection() -> (DuplexStream, TimeoutStream<DuplexStream>) {
        let (peer, ours) = duplex(64);
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        (peer, TimeoutStream::new(ours, place))
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_rests_too_long_is_closed() {
        let (_peer, mut ours) = connection();
        let begun = Instant::now();
        assert_eq!(ours.read_u8().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed(), IDLE_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_comes_byte_by_byte_must_still_come_in_time() {
        let (mut peer, mut ours) = connection();
        let begun = Instant::now();
        let slow = tokio::spawn(async move {
            while peer.write_all(b"x").await.is_ok() {
                sleep(7 * SECOND).await;
            }
        });
        let refused = loop {
            if let Err(error) = ours.read_u8().await {
                break error;
            }
        };
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        assert!((REQUEST_TIMEOUT..REQUEST_TIMEOUT + 7 * SECOND).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        drop(ours);
        slow.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_answered_request_gives_the_next_one_its_time() {
        let (mut peer, mut ours) = connection();
        for _ in 0..10 {
            sleep(70 * SECOND).await;
            peer.write_all(b"?").await.unwrap();
            assert_eq!(ours.read_u8().await.unwrap(), b'?');
            sleep(20 * SECOND).await;
            ours.write_all(b"!").await.unwrap();
            assert_eq!(peer.read_u8().await.unwrap(), b'!');
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_reads_is_given_up() {
        let (_peer, mut ours) = connection();
        let begun = Instant::now();
        assert_eq!(ours.write_all(&[0; 1_000]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() <= IDLE_TIMEOUT);
    }
}
