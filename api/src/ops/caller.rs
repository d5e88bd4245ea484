//! The extractor of the monitor's operations: who calls, by the cookie of a session or by a bearer token, and whether that person
//! has the right that the operation names in its signature. A change by cookie needs the session's CSRF token, too.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use poem::http::{Method, header};
use poem::web::headers::authorization::Bearer;
use poem::web::headers::{Authorization, HeaderMapExt as _};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchemaRef};
use poem_openapi::types::ToJSON as _;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use tokio::time::timeout;

use super::identity::Identity;
use super::session::{Session, is_same_origin};
use crate::app::State;
use crate::envelope::{AnswerHeaders, RequestId};
use crate::error::{ApiError, Code};
use crate::v1::admin::model::session::Right;

/// How long PostgreSQL may take to say whether a session was ended. A read goes on without its answer.
const ENDED_LOOK_UP_MAX: Duration = Duration::from_millis(500);

/// A right that an operation needs.
pub(crate) trait Needs: Send + Sync + 'static {
    /// The right; none: it is enough to be signed in.
    const RIGHT: Option<Right>;
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = $right:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub(crate) struct $name;

            impl Needs for $name {
                const RIGHT: Option<Right> = $right;
            }
        )*
    };
}

needs! {
    /// It is enough to be signed in.
    SignedIn = None;
    /// See queues, jobs and workers, without payloads.
    View = Some(Right::QueuesView);
    /// Retry, run, cancel, delete, pause.
    Operate = Some(Right::QueuesOperate);
    /// See payloads and bodies.
    ReadPayload = Some(Right::PayloadRead);
}

/// A person who has the right that `R` names.
#[derive(Debug)]
pub(crate) struct Caller<R> {
    /// Who it is.
    pub(crate) identity: Identity,
    /// The session; none: a bearer token.
    pub(crate) session: Option<Session>,
    /// Names the request in the logs and in the audit log.
    pub(crate) request_id: String,
    right: PhantomData<fn() -> R>,
}

impl<R> Caller<R> {
    /// Refuses unless the person has one more right.
    ///
    /// # Errors
    /// 403 when the right is missing.
    pub(crate) fn require(&self, right: Right) -> Result<(), ApiError> {
        if self.identity.may(right) { Ok(()) } else { Err(missing(right)) }
    }
}

fn missing(right: Right) -> ApiError {
    let name = right.to_json().unwrap_or_default();
    let text = name.as_str().unwrap_or_default().to_owned();
    ApiError::new(Code::RightMissing, format!("the right `{text}` is missing"))
        .with("right", name)
        .with("remedy", "Sign in with a token of a role that has it.".into())
}

fn not_signed_in() -> ApiError {
    ApiError::new(Code::Unauthorized, "sign in, or send Authorization: Bearer <the administrator's token>")
}

/// Finds out who makes a request. `changes`: whether it may change something.
///
/// # Errors
/// 401 when nobody is signed in; 403 when a change lacks its token; 503 when that cannot be found out now.
pub(crate) async fn identify(
    request: &Request,
    state: &State,
    changes: bool,
) -> Result<(Identity, Option<Session>), ApiError> {
    if let Some(header) = request.headers().typed_get::<Authorization<Bearer>>() {
        let identity = state.ops.method.identify(header.token()).await?;
        return identity.map(|identity| (identity, None)).ok_or_else(not_signed_in);
    }
    let now = state.context.clock.now();
    let session = state.ops.sessions.of(request, now).ok_or_else(not_signed_in)?;
    if !is_same_origin(request) || (changes && !state.ops.sessions.has_csrf_token(&session, request)) {
        let message = "a change needs the session's token in x-csrf-token, and comes from this site's own pages";
        return Err(ApiError::new(Code::CsrfRefused, message));
    }
    match timeout(ENDED_LOOK_UP_MAX, state.store.ops_session_is_ended(&session.id)).await {
        Ok(Ok(true)) => return Err(not_signed_in()),
        Ok(Ok(false)) => {}
        // Looking must be possible while PostgreSQL is unavailable; that is what the monitor is for.
        Ok(Err(_)) | Err(_) if !changes => {}
        Ok(Err(error)) => return Err(error.into()),
        Err(_) => return Err(ApiError::unavailable()),
    }
    Ok((session.identity.clone(), Some(session)))
}

impl<'a, R: Needs> ApiExtractor<'a> for Caller<R> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn security_schemes() -> Vec<&'static str> {
        vec!["session", "bearer"]
    }

    fn param_in() -> Option<MetaParamIn> {
        None
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        None
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let state: &Arc<State> = request.data().expect("the app adds its state to every request");
        let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
        let (identity, session) = identify(request, state, changes).await?;
        if let Some(right) = R::RIGHT.filter(|right| !identity.may(*right)) {
            return Err(missing(right).into());
        }
        // A change is activity.
        if let (true, Some(session)) = (changes, &session) {
            let kept = state.ops.sessions.keep(session, state.context.clock.now());
            AnswerHeaders::add(request, header::SET_COOKIE, &state.ops.sessions.cookie(&kept));
        }
        AnswerHeaders::add(request, header::CACHE_CONTROL, "no-store");
        let request_id = request.data::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
        Ok(Self { identity, session, request_id, right: PhantomData })
    }
}
