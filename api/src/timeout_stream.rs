//! A connection with timeouts: for the next request, for the rest of one that has begun, and for a peer that does not read
//! its answer. A connection that exceeds one is closed, so that no number of slow peers holds anything for long.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a connection may be idle between two requests, or before the first. Longer than usual proxies keep theirs, so that
/// these close first.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// How long a request may take from its first byte to that of its answer. Longer than a body may take and be recorded, so that
/// a slow body is still answered 408.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a peer may take to read so much of its answer that more can be written.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// What the connection waits for, and since when.
#[derive(Debug, Clone, Copy)]
enum Waiting {
    /// The first byte of the next request.
    NextRequest(Instant),
    /// The rest of a request, and the first byte of its answer.
    Answer(Instant),
    /// The peer, which reads its answer too slowly.
    Reader(Instant),
}

/// A connection, and its permit among all connections.
#[derive(Debug)]
pub(crate) struct TimeoutStream<T> {
    inner: T,
    waiting: Waiting,
    /// Fires at the deadline or before; it is moved when it fires, not at each byte.
    timer: Pin<Box<Sleep>>,
    _permit: OwnedSemaphorePermit,
}

impl<T> TimeoutStream<T> {
    /// Wraps a connection that was accepted now.
    pub(crate) fn new(inner: T, permit: OwnedSemaphorePermit) -> Self {
        let now = Instant::now();
        let timer = Box::pin(sleep_until(now + IDLE_TIMEOUT));
        Self { inner, waiting: Waiting::NextRequest(now), timer, _permit: permit }
    }

    fn deadline(&self) -> Instant {
        match self.waiting {
            Waiting::NextRequest(since) => since + IDLE_TIMEOUT,
            Waiting::Answer(since) => since + REQUEST_TIMEOUT,
            Waiting::Reader(since) => since + WRITE_TIMEOUT,
        }
    }

    /// Ready when the deadline has passed.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
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

    /// Fails an operation that is pending when the deadline has passed.
    fn unless_timed_out<V>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<V>>) -> Poll<io::Result<V>> {
        match outcome {
            Poll::Pending => self.poll_deadline(cx).map(Err),
            ready => ready,
        }
    }

    fn note_write(&mut self, outcome: &Poll<io::Result<usize>>) {
        match (outcome, self.waiting) {
            (Poll::Ready(Ok(1..)), _) => self.waiting = Waiting::NextRequest(Instant::now()),
            (Poll::Pending, Waiting::NextRequest(_) | Waiting::Answer(_)) => {
                self.waiting = Waiting::Reader(Instant::now());
            }
            _ => {}
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for TimeoutStream<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            match self.waiting {
                Waiting::NextRequest(_) => self.waiting = Waiting::Answer(Instant::now()),
                // A byte now and then does not extend the deadline.
                Waiting::Answer(since) if since.elapsed() > REQUEST_TIMEOUT => {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Waiting::Answer(_) | Waiting::Reader(_) => {}
            }
        }
        self.unless_timed_out(cx, outcome)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for TimeoutStream<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.note_write(&outcome);
        self.unless_timed_out(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.note_write(&outcome);
        self.unless_timed_out(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_flush(cx);
        self.unless_timed_out(cx, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.unless_timed_out(cx, outcome)
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
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        (peer, TimeoutStream::new(ours, permit))
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_idle_too_long_is_closed() {
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
        let (mut peer, mut ours) = connection();
        peer.write_all(b"?").await.unwrap();
        assert_eq!(ours.read_u8().await.unwrap(), b'?');
        sleep(20 * SECOND).await;
        let begun = Instant::now();
        assert_eq!(ours.write_all(&[0; 1_000]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed(), WRITE_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_reads_on_gets_all_of_a_long_answer() {
        let (mut peer, mut ours) = connection();
        let reading = tokio::spawn(async move {
            let mut part = [0; 64];
            for _ in 0..10 {
                sleep(20 * SECOND).await;
                peer.read_exact(&mut part).await.unwrap();
            }
        });
        ours.write_all(&[0; 640]).await.unwrap();
        reading.await.unwrap();
    }
}
