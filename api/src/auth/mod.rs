//! Who calls, what they may do, and for which merchant: one extractor that authenticates, counts against the key's quota,
//! authorises and resolves the merchant, so that a handler begins with a merchant whose data it may use.

mod keys;
mod permission;
mod quota;

use std::marker::PhantomData;
use std::sync::Arc;

use domain::MerchantId;
use poem::http::Method;
use poem::web::headers::authorization::Bearer;
use poem::web::headers::{Authorization, HeaderMapExt as _};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use store::Store;
use store::merchants::ApiKey;

use crate::app::State;
use crate::error::{ApiError, Code};
use crate::merchant_cache::MerchantCache;
use crate::openapi::{ADMIN_SCHEME, PARTNER_SCHEME, described, parameters};
use crate::ops::caller::identify;
use crate::ops::session::Sessions;
use crate::v1::admin::model::session::Right;

pub(crate) use keys::Keys;
pub(crate) use permission::{Permission, PointsRead, WebhooksRead};
pub(crate) use quota::Quotas;

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Principal {
    /// May do everything, for any merchant.
    Admin,
    /// May do what the scopes of its key allow, for its own merchant.
    Partner(ApiKey),
}

/// A caller that has the permission `P`, with the merchant whose data it may use. Reads `Authorization: Bearer <key>` and
/// the query parameters `merchant_id` and `shop`.
#[derive(Debug)]
pub(crate) struct Authorized<P> {
    pub(crate) merchant: MerchantId,
    permission: PhantomData<fn() -> P>,
}

impl<'a, P: Permission> ApiExtractor<'a> for Authorized<P> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme, ApiExtractorType::Parameter];
    type ParamType = ();
    type ParamRawType = ();

    fn security_schemes() -> Vec<&'static str> {
        vec![PARTNER_SCHEME, ADMIN_SCHEME]
    }

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Query)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        let merchant_id = described("string", "Whose data, by our id: the administrator's token needs this or `shop`.");
        let shop = described(
            "string",
            "Whose data, by `*.myshopify.com`: the administrator's token needs this or `merchant_id`.",
        );
        let merchant_id = MetaSchema { pattern: Some(MERCHANT_ID_PATTERN.to_owned()), ..merchant_id };
        let shop = MetaSchema { pattern: Some(SHOP_PATTERN.to_owned()), max_length: Some(SHOP_CHARS_MAX), ..shop };
        let mut schema = parameters(vec![("merchant_id", merchant_id), ("shop", shop)]);
        if let MetaSchemaRef::Inline(schema) = &mut schema {
            schema.title = Some(P::SCOPE.to_owned());
        }
        Some(schema)
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let state: &Arc<State> = request.data().expect("the app adds its state to every request");
        let principal = match token(request) {
            Ok(token) => state.keys.principal(&token).await?,
            Err(error) => viewer::<P>(request, state).await?.ok_or(error)?,
        };
        if let Principal::Partner(key) = &principal {
            state.quotas.spend(request, &key.api_key_id).await?;
        }
        let selector = MerchantSelector::of(request)?;
        let merchant = selector.resolve::<P>(&principal, &state.merchants, &state.store).await?;
        Ok(Self { merchant, permission: PhantomData })
    }
}

/// The queue monitor's page of webhooks reads this API, too: whoever is signed in there reads recorded webhooks as the administrator
/// does, and nothing else of partners' data.
async fn viewer<P: Permission>(request: &Request, state: &State) -> Result<Option<Principal>, ApiError> {
    if P::SCOPE != WebhooksRead::SCOPE || *request.method() != Method::GET || !Sessions::is_named_in(request) {
        return Ok(None);
    }
    let (identity, _) = identify(request, state, false).await?;
    Ok(identity.may(Right::QueuesView).then_some(Principal::Admin))
}

fn token(request: &Request) -> Result<String, ApiError> {
    let header = request.headers().typed_get::<Authorization<Bearer>>();
    header.map(|header| header.token().to_owned()).ok_or_else(keys::unauthorized)
}

/// What an id of ours looks like.
const MERCHANT_ID_PATTERN: &str = "^[0-9A-HJKMNP-TV-Z]{26}$";
/// What the domain of a shop looks like; upper case is taken, too.
pub(crate) const SHOP_PATTERN: &str = r"^[0-9A-Za-z][0-9A-Za-z_-]{0,62}\.myshopify\.com$";
const SHOP_CHARS_MAX: usize = shopify::headers::SHOP_LABEL_CHARS_MAX + ".myshopify.com".len();

/// Which merchant the caller names in the query, if any.
#[derive(Debug, Default)]
struct MerchantSelector {
    merchant_id: Option<MerchantId>,
    shop: Option<String>,
}

impl MerchantSelector {
    fn of(request: &Request) -> Result<Self, ApiError> {
        let query: Vec<(String, String)> = request.params().unwrap_or_default();
        let find = |name: &str| query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        Self::parse(find("merchant_id"), find("shop"))
    }

    fn parse(merchant_id: Option<&str>, shop: Option<&str>) -> Result<Self, ApiError> {
        let invalid = |message| ApiError::new(Code::InvalidParameter, message);
        let merchant_id = merchant_id.map(MerchantId::parse).transpose();
        let merchant_id = merchant_id.map_err(|_| invalid("merchant_id is not an id"))?;
        let domain =
            |text| shopify::headers::shop_domain(text).ok_or_else(|| invalid("shop is not a *.myshopify.com domain"));
        Ok(Self { merchant_id, shop: shop.map(domain).transpose()? })
    }

    /// The merchant whose data may be used, for a caller that has the permission `P`.
    async fn resolve<P: Permission>(
        &self,
        principal: &Principal,
        merchants: &MerchantCache,
        store: &Store,
    ) -> Result<MerchantId, ApiError> {
        if let Principal::Partner(key) = principal
            && !key.scopes.iter().any(|granted| granted == P::SCOPE)
        {
            return Err(ApiError::new(Code::InsufficientScope, format!("the key has no scope {}", P::SCOPE)));
        }
        let by_shop = match &self.shop {
            Some(shop) => Some(merchants.merchant(shop).await?),
            None => None,
        };
        match principal {
            Principal::Partner(key) => self.own(key, by_shop.as_ref()),
            Principal::Admin => self.named(by_shop.as_ref(), store).await,
        }
    }

    /// The merchant of a partner's key, unless the caller names another one. An unknown shop is as foreign as another's, so
    /// that a key cannot be used to test which merchants exist.
    fn own(&self, key: &ApiKey, by_shop: Option<&Option<Arc<MerchantId>>>) -> Result<MerchantId, ApiError> {
        let own = self.merchant_id.as_ref().is_none_or(|id| *id == key.merchant_id)
            && by_shop.is_none_or(|shop| shop.as_deref() == Some(&key.merchant_id));
        let other = || ApiError::new(Code::OtherMerchant, "the key belongs to another merchant");
        own.then(|| key.merchant_id.clone()).ok_or_else(other)
    }

    /// The merchant that the administrator names.
    async fn named(&self, by_shop: Option<&Option<Arc<MerchantId>>>, store: &Store) -> Result<MerchantId, ApiError> {
        let unknown = || ApiError::new(Code::UnknownMerchant, "no such merchant");
        match (&self.merchant_id, by_shop) {
            (None, None) => Err(ApiError::new(Code::MerchantRequired, "name a merchant: ?merchant_id= or ?shop=")),
            (Some(id), None) => Ok(store.merchant_by_id(id).await?.ok_or_else(unknown)?.merchant_id),
            (None, Some(shop)) => Ok(shop.as_deref().ok_or_else(unknown)?.clone()),
            (Some(id), Some(shop)) if shop.as_deref() == Some(id) => Ok(id.clone()),
            (Some(_), Some(_)) => {
                Err(ApiError::new(Code::UnknownMerchant, "no merchant has both this id and this shop"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn unreachable() -> Store {
        // A port nobody listens on: a test that reaches it fails within the timeout.
        Store::lazy("postgres://nobody@127.0.0.1:9/none", 1, Duration::from_millis(50)).unwrap()
    }

    fn partner(merchant: &str, scopes: &[&str]) -> Principal {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Principal::Partner(ApiKey {
            api_key_id: "k".to_owned(),
            merchant_id: MerchantId::parse(merchant).unwrap(),
            scopes,
        })
    }

    const MINE: &str = "01JD8Q3VN7Z9M0A2B4C6D8E0F1";
    const THEIRS: &str = "01JD8Q3VN7Z9M0A2B4C6D8E0F2";

    async fn choose(principal: Principal, merchant_id: Option<&str>) -> Result<MerchantId, ApiError> {
        let store = unreachable();
        let selector = MerchantSelector::parse(merchant_id, None)?;
        selector.resolve::<PointsRead>(&principal, &MerchantCache::new(store.clone()), &store).await
    }

    #[tokio::test]
    async fn a_partner_needs_the_scope_and_its_own_merchant() {
        let mine = MerchantId::parse(MINE).unwrap();
        assert_eq!(choose(partner(MINE, &["points:read"]), None).await, Ok(mine.clone()));
        assert_eq!(choose(partner(MINE, &["points:read"]), Some(MINE)).await, Ok(mine));
        let refused = |result: Result<_, ApiError>| result.unwrap_err().code;
        assert_eq!(refused(choose(partner(MINE, &["points:read"]), Some(THEIRS)).await), Code::OtherMerchant);
        assert_eq!(refused(choose(partner(MINE, &["webhooks:read"]), None).await), Code::InsufficientScope);
        assert_eq!(refused(choose(partner(MINE, &["points:read"]), Some("x")).await), Code::InvalidParameter);
        assert_eq!(refused(choose(Principal::Admin, None).await), Code::MerchantRequired);
    }
}
