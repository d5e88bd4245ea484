//! `/v1/api/admin/session`: who is signed in. Signing in answers with a cookie that scripts cannot read and a token that changes
//! must carry; signing out ends the session on the server, too.

use std::sync::Arc;

use poem::Request;
use poem::http::header;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

use crate::app::State;
use crate::envelope::{AnswerHeaders, RequestId};
use crate::error::{ApiError, Code};
use crate::ops::audit::Entry;
use crate::ops::caller::{Caller, SignedIn};
use crate::ops::session::{Session, Sessions, is_same_origin};
use crate::v1::OkStatus;
use crate::v1::admin::model::session::{Session as SessionBody, SignIn};
use crate::v1::admin::model::shared::{Actor, Done};
use crate::v1::admin::{Answer, Tag};

/// The operations.
#[derive(Default)]
pub(crate) struct SessionApi;

#[OpenApi(tag = "Tag::Session")]
impl SessionApi {
    /// Who is signed in
    #[oai(path = "/v1/api/admin/session", method = "get", operation_id = "getSession")]
    async fn get(&self, state: Data<&Arc<State>>, caller: Caller<SignedIn>) -> Answer<SessionBody> {
        Ok(Json(described(&state, &session(&state, &caller))))
    }

    /// Sign in
    #[oai(path = "/v1/api/admin/session", method = "post", operation_id = "signIn")]
    async fn sign_in(&self, state: Data<&Arc<State>>, request: &Request, body: Json<SignIn>) -> Answer<SessionBody> {
        let address =
            request.remote_addr().as_socket_addr().map(|address| address.ip().to_string()).unwrap_or_default();
        state.ops.attempts.count(&address).await?;
        if !is_same_origin(request) {
            return Err(ApiError::new(Code::CsrfRefused, "another site's page cannot sign in").into());
        }
        let request_id = request.data::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
        let Some(identity) = state.ops.method.identify(&body.0.token).await? else {
            written(Entry::of_nobody(&state, "sign_in_refused", &request_id), &state).await;
            return Err(ApiError::new(Code::Unauthorized, "this is nobody's token").into());
        };
        let now = state.context.clock.now();
        let session = state.ops.sessions.begin(state.context.ids.ulid(), identity, now);
        written(Entry::of(&state, &session.identity, "sign_in"), &state).await;
        AnswerHeaders::add(request, header::SET_COOKIE, &state.ops.sessions.cookie(&session));
        AnswerHeaders::add(request, header::CACHE_CONTROL, "no-store");
        Ok(Json(described(&state, &session)))
    }

    /// Sign out
    #[oai(path = "/v1/api/admin/session", method = "delete", operation_id = "signOut")]
    async fn sign_out(&self, state: Data<&Arc<State>>, request: &Request, caller: Caller<SignedIn>) -> Answer<Done> {
        if let Some(session) = &caller.session {
            state.ops.live.session_ended(&session.id);
            let (ends_at, now) = (state.ops.sessions.ends_at(session), state.context.clock.now());
            state.store.end_ops_session(&session.id, ends_at, now).await?;
            written(Entry::by(&state, &caller, "sign_out"), &state).await;
        }
        AnswerHeaders::replace(request, header::SET_COOKIE, &Sessions::cookie_of_none());
        Ok(Json(Done { status: OkStatus::Ok }))
    }

    /// Say that the person is active
    #[oai(path = "/v1/api/admin/session/activity", method = "post", operation_id = "keepSession")]
    async fn keep(&self, state: Data<&Arc<State>>, caller: Caller<SignedIn>) -> Answer<SessionBody> {
        // The extractor has renewed the cookie: a change is activity.
        let session = state.ops.sessions.keep(&session(&state, &caller), state.context.clock.now());
        Ok(Json(described(&state, &session)))
    }
}

/// The caller's session; for a bearer token one that begins now.
fn session(state: &State, caller: &Caller<SignedIn>) -> Session {
    let begin = || {
        let now = state.context.clock.now();
        state.ops.sessions.begin(caller.request_id.clone(), caller.identity.clone(), now)
    };
    caller.session.clone().unwrap_or_else(begin)
}

fn described(state: &State, session: &Session) -> SessionBody {
    let sessions = &state.ops.sessions;
    let identity = &session.identity;
    SessionBody {
        status: OkStatus::Ok,
        actor: Actor { id: identity.id.clone(), name: identity.name.clone() },
        role: identity.role,
        rights: identity.rights(),
        csrf_token: sessions.csrf_token(session),
        idle_seconds: sessions.idle_seconds(),
        idle_ends_at: sessions.idle_ends_at(session),
        ends_at: sessions.ends_at(session),
        environment: state.ops.environment.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// Signing in must be possible while PostgreSQL is unavailable: then it is in the process's log alone.
async fn written(entry: Entry, state: &State) {
    if let Err(error) = entry.write(&state.store).await {
        tracing::warn!(%error, "a sign-in or sign-out is not in the audit log");
    }
}
