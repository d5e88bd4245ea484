//! The webhook's operation as OpenAPI shows it. Its headers are described but not extracted here, and its body is not
//! read here: the ingress does both, in its own order and within its own limits.

use std::marker::PhantomData;
use std::sync::Arc;

use poem::web::Data;
use poem::{Body, Request, RequestBody};
use poem_openapi::payload::Json;
use poem_openapi::registry::{MetaMediaType, MetaParamIn, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{Example, Type};
use poem_openapi::{ApiExtractor, ApiExtractorType, Enum, ExtractParamOptions, Object, OpenApi};
use shopify::headers::{TOPIC_CHARS_MAX, WEBHOOK_ID_CHARS_MAX};

use super::{Ingress, Receipt};
use crate::auth::SHOP_PATTERN;
use crate::envelope::RequestId;
use crate::error::refusal;
use crate::openapi::{Null, SHOPIFY_SCHEME};
use crate::v1::Tag;

/// A header of the webhook, for its description.
trait Header: Send + Sync {
    /// Whether a webhook without it is refused.
    const REQUIRED: bool;
    /// The regular expression of what is accepted; `None`: what is not understood is ignored.
    const PATTERN: Option<&'static str>;
}

/// A required header of printable ASCII characters without spaces, `CHARS_MAX` at most.
struct Token<const CHARS_MAX: usize>;

impl Header for Token<TOPIC_CHARS_MAX> {
    const REQUIRED: bool = true;
    const PATTERN: Option<&'static str> = Some("^[!-~]{1,64}$");
}

impl Header for Token<WEBHOOK_ID_CHARS_MAX> {
    const REQUIRED: bool = true;
    const PATTERN: Option<&'static str> = Some("^[!-~]{1,128}$");
}

/// The domain of a shop.
struct ShopDomain;

impl Header for ShopDomain {
    const REQUIRED: bool = true;
    const PATTERN: Option<&'static str> = Some(SHOP_PATTERN);
}

/// A header that is ignored when it is missing or malformed.
struct Optional;

impl Header for Optional {
    const REQUIRED: bool = false;
    const PATTERN: Option<&'static str> = None;
}

/// A header that is described here and read by the ingress.
struct Described<H>(PhantomData<fn() -> H>);

impl<'a, H: Header> ApiExtractor<'a> for Described<H> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = H::REQUIRED;
    type ParamType = String;
    type ParamRawType = String;

    fn register(registry: &mut Registry) {
        <String as Type>::register(registry);
    }

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        let pattern = H::PATTERN.map(str::to_owned);
        Some(MetaSchemaRef::Inline(Box::new(MetaSchema { pattern, ..MetaSchema::new("string") })))
    }

    async fn from_request(
        _request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<String>,
    ) -> poem::Result<Self> {
        Ok(Self(PhantomData))
    }
}

/// The body as it comes, unread.
struct RawJson(Body);

impl<'a> ApiExtractor<'a> for RawJson {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let schema = MetaSchemaRef::Inline(Box::new(MetaSchema::new("object")));
        let content = vec![MetaMediaType { content_type: "application/json", schema }];
        Some(MetaRequest { description: Some("The topic's body, byte for byte as signed."), content, required: true })
    }

    async fn from_request(
        _request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self(body.take()?))
    }
}

/// The signature, which is described as what authenticates the sender; the ingress verifies it.
struct Signature;

impl<'a> ApiExtractor<'a> for Signature {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn security_schemes() -> Vec<&'static str> {
        vec![SHOPIFY_SCHEME]
    }

    async fn from_request(
        _request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self)
    }
}

/// Whether a webhook was recorded now or before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "WebhookReceiptStatus", rename_all = "snake_case")]
enum ReceiptStatus {
    Ok,
    Duplicate,
}

/// A webhook that is recorded: it need not be sent again.
#[derive(Debug, Object)]
#[oai(rename = "WebhookReceipt", example)]
struct ReceiptBody {
    /// `ok`, or `duplicate`: it was recorded before.
    status: ReceiptStatus,
    error: Null,
}

impl Example for ReceiptBody {
    fn example() -> Self {
        Self { status: ReceiptStatus::Ok, error: Null }
    }
}

refusal! {
    /// Why a webhook is refused.
    WebhookRefusal:
    MissingHeader,
    MalformedHeader,
    InvalidJson,
    InvalidSignature,
    UnknownShop,
    BodyTimeout,
    BodyTooLarge,
    UnsupportedMediaType,
    Unrecordable,
}

/// The operation.
#[derive(Default)]
pub(crate) struct WebhookApi;

#[OpenApi(tag = "Tag::Webhooks")]
impl WebhookApi {
    /// Shopify's webhooks
    ///
    /// Recorded durably before it is answered. Topics that are not needed are recorded, too; a body that is JSON but not
    /// of the topic's shape is recorded and shown among the failed ones. Header names without the leading `X-` are
    /// accepted as well.
    #[oai(path = "/v1/api/shopify/webhook", method = "post", operation_id = "receive_shopify_webhook")]
    #[expect(clippy::too_many_arguments, reason = "one per header that OpenAPI is to describe")]
    async fn receive(
        &self,
        request: &Request,
        ingress: Data<&Arc<Ingress>>,
        _signature: Signature,
        /// Topic, such as `orders/create`.
        #[oai(name = "X-Shopify-Topic")]
        _topic: Described<Token<TOPIC_CHARS_MAX>>,
        /// The shop's `*.myshopify.com` domain.
        #[oai(name = "X-Shopify-Shop-Domain")]
        _shop: Described<ShopDomain>,
        /// Unique per delivery, the same on its retries.
        #[oai(name = "X-Shopify-Webhook-Id")]
        _webhook_id: Described<Token<WEBHOOK_ID_CHARS_MAX>>,
        /// Shared by all deliveries of one action.
        #[oai(name = "X-Shopify-Event-Id")]
        _event_id: Described<Optional>,
        /// Version of the body's shape.
        #[oai(name = "X-Shopify-API-Version")]
        _api_version: Described<Optional>,
        /// When the action happened.
        #[oai(name = "X-Shopify-Triggered-At")]
        _triggered_at: Described<Optional>,
        body: RawJson,
    ) -> Result<Json<ReceiptBody>, WebhookRefusal> {
        let request_id = request.data::<RequestId>().map_or("", RequestId::as_str);
        let status = match ingress.receive(request.headers(), body.0, request_id).await? {
            Receipt::Recorded => ReceiptStatus::Ok,
            Receipt::Duplicate => ReceiptStatus::Duplicate,
        };
        Ok(Json(ReceiptBody { status, error: Null }))
    }
}
