//! The webhook's operation as OpenAPI shows it. Its headers are described but not extracted here, and its body is not
//! read here: the ingress does both, in its own order and within its own limits.

use std::sync::Arc;

use poem::{Body, Request, RequestBody};
use poem_openapi::payload::Json;
use poem_openapi::registry::{MetaMediaType, MetaParamIn, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions, Object, OpenApi};

use super::{Ingress, Receipt};
use crate::envelope::RequestId;
use crate::error::{ErrorBody, WebhookRefusal};

/// A header that is described, not read.
struct Described<const REQUIRED: bool>;

impl<'a, const REQUIRED: bool> ApiExtractor<'a> for Described<REQUIRED> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = REQUIRED;
    type ParamType = String;
    type ParamRawType = String;

    fn register(registry: &mut Registry) {
        <String as Type>::register(registry);
    }

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(String::schema_ref())
    }

    async fn from_request(
        _request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<String>,
    ) -> poem::Result<Self> {
        Ok(Self)
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

/// A webhook that is recorded.
#[derive(Debug, Object)]
#[oai(rename = "WebhookReceipt")]
struct ReceiptBody {
    /// `ok`, or `duplicate`: it was recorded before.
    status: String,
    error: Option<ErrorBody>,
}

#[derive(ApiResponse)]
enum WebhookAnswer {
    /// Recorded, now or before: it need not be sent again.
    #[oai(status = 200)]
    Recorded(Json<ReceiptBody>),
}

/// Shopify's webhooks.
pub(crate) struct WebhookApi(pub(crate) Arc<Ingress>);

#[OpenApi]
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
        /// Topic, such as `orders/create`.
        #[oai(name = "X-Shopify-Topic")]
        _topic: Described<true>,
        /// Base64 of the HMAC-SHA256 of the body under the app's secret.
        #[oai(name = "X-Shopify-Hmac-Sha256")]
        _hmac: Described<true>,
        /// The shop's `*.myshopify.com` domain.
        #[oai(name = "X-Shopify-Shop-Domain")]
        _shop: Described<true>,
        /// Unique per delivery, the same on its retries.
        #[oai(name = "X-Shopify-Webhook-Id")]
        _webhook_id: Described<true>,
        /// Shared by all deliveries of one action.
        #[oai(name = "X-Shopify-Event-Id")]
        _event_id: Described<false>,
        /// Version of the body's shape.
        #[oai(name = "X-Shopify-API-Version")]
        _api_version: Described<false>,
        /// When the action happened.
        #[oai(name = "X-Shopify-Triggered-At")]
        _triggered_at: Described<false>,
        body: RawJson,
    ) -> Result<WebhookAnswer, WebhookRefusal> {
        let request_id = request.data::<RequestId>().map_or("", RequestId::as_str);
        let status = match self.0.receive(request.headers(), body.0, request_id).await? {
            Receipt::Recorded => "ok",
            Receipt::Duplicate => "duplicate",
        };
        Ok(WebhookAnswer::Recorded(Json(ReceiptBody { status: status.to_owned(), error: None })))
    }
}
