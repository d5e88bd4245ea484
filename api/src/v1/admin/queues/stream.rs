//! `GET /v1/api/admin/queues/stream`: the WebSocket of snapshots, as `dashboards/ops/contract/stream.md` says. Takes no messages, sends the
//! newest snapshot only, and drops whoever does not read.

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use poem::http::{HeaderMap, header};
use poem::web::websocket::{CloseCode, Message, WebSocket, WebSocketConfig, WebSocketStream};
use poem::{Endpoint, FromRequest as _, IntoResponse as _, Request, Response};
use tokio::time::{Instant, timeout};

use crate::app::State;
use crate::error::{ApiError, Code};
use crate::ops::caller::identify;
use crate::ops::live::Viewer;
use crate::ops::session::Session;
use crate::v1::admin::model::session::Right;

/// The path.
pub(crate) const PATH: &str = "/v1/api/admin/queues/stream";
/// The form of the messages.
const PROTOCOL: &str = "ops.v1";
/// How long a viewer may take to take a message.
const SEND_MAX: Duration = Duration::from_secs(2);
/// How often a viewer is asked whether it is there.
const PING_EVERY: Duration = Duration::from_secs(20);
/// How often the session is looked at.
const SESSION_EVERY: Duration = Duration::from_secs(5);
/// Largest message that a viewer may send before it is dropped.
const RECEIVED_BYTES_MAX: usize = 1_024;

const SESSION_ENDED: CloseCode = CloseCode::Reserved(4_401);
const TOO_SLOW: CloseCode = CloseCode::Reserved(4_408);

/// The endpoint.
pub(crate) struct Stream(pub(crate) Arc<State>);

impl Endpoint for Stream {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let state = Arc::clone(&self.0);
        let (identity, session) = identify(&request, &state, false).await?;
        if session.is_some() && request.headers().get(header::ORIGIN).is_none() {
            return Err(ApiError::new(Code::CsrfRefused, "a stream by cookie needs the header Origin").into());
        }
        if !identity.may(Right::QueuesView) {
            return Err(ApiError::new(Code::RightMissing, "the right `queues:view` is missing").into());
        }
        if !offers_protocol(request.headers()) {
            let message = format!("a stream has the subprotocol {PROTOCOL}");
            return Err(ApiError::new(Code::BadRequest, message).into());
        }
        let viewer = state.ops.live.view().ok_or_else(ApiError::unavailable)?;
        let (request, mut body) = request.split();
        let socket = WebSocket::from_request(&request, &mut body).await?;
        let config = WebSocketConfig::default().max_message_size(Some(RECEIVED_BYTES_MAX));
        let upgraded = socket.config(config.max_frame_size(Some(RECEIVED_BYTES_MAX))).protocols([PROTOCOL]);
        Ok(upgraded.on_upgrade(move |socket| show(state, viewer, session, socket)).into_response())
    }
}

fn offers_protocol(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|offered| offered.trim() == PROTOCOL)
}

/// Sends snapshots until the viewer leaves, its session ends, or the process drains.
async fn show(state: Arc<State>, mut viewer: Viewer, session: Option<Session>, socket: WebSocketStream) {
    let (mut to_viewer, mut from_viewer) = socket.split();
    let shutdown = state.context.shutdown.clone();
    let mut session_due = Instant::now() + SESSION_EVERY;
    let mut ping_due = Instant::now() + PING_EVERY;
    let mut answered = true;
    // The first one follows the handshake at once, if there is one.
    viewer.frames.mark_changed();
    let reason = loop {
        let message = tokio::select! {
            changed = viewer.frames.changed() => {
                let frame = viewer.frames.borrow_and_update().clone();
                match (changed, frame) {
                    (Ok(()), Some(frame)) => Message::text(frame.text.clone()),
                    (Ok(()), None) => continue,
                    (Err(_), _) => break Some(CloseCode::Away),
                }
            }
            received = from_viewer.next() => match received {
                Some(Ok(Message::Pong(_))) => { answered = true; continue; }
                Some(Ok(Message::Ping(_))) => continue,
                Some(Ok(Message::Close(_))) | None => break None,
                Some(_) => break Some(CloseCode::Policy),
            },
            () = tokio::time::sleep_until(ping_due) => {
                if !answered {
                    break Some(TOO_SLOW);
                }
                (answered, ping_due) = (false, Instant::now() + PING_EVERY);
                Message::Ping(Vec::new())
            }
            () = tokio::time::sleep_until(session_due) => {
                session_due = Instant::now() + SESSION_EVERY;
                match &session {
                    Some(session) if has_ended(&state, session).await => break Some(SESSION_ENDED),
                    _ => continue,
                }
            }
            () = shutdown.draining() => break Some(CloseCode::Away),
        };
        match timeout(SEND_MAX, to_viewer.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => break None,
            Err(_) => break Some(TOO_SLOW),
        }
    };
    if let Some(code) = reason {
        // A viewer that does not take this either is dropped all the same.
        let _ = timeout(SEND_MAX, to_viewer.send(Message::close_with(code, ""))).await;
    }
}

/// The time a session ends by idleness is in its newest cookie, which the stream does not see: its longest time, and its end by its
/// user, are looked at here. The page closes its stream itself when the session has ended otherwise.
async fn has_ended(state: &State, session: &Session) -> bool {
    let past = state.context.clock.now() >= state.ops.sessions.ends_at(session);
    past || state.ops.live.is_ended(&session.id) || state.store.ops_session_is_ended(&session.id).await.unwrap_or(false)
}
