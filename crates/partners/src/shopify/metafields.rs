//! Metafields: small values attached to a shop's records, written in batches.

use domain::MerchantId;

use crate::channel::Repeat;
use crate::error::CallError;

use super::Shopify;
use super::admin::Operation;
use super::documents::{SetMetafields, set_metafields};
use super::user_errors::{UserError, check, incomplete};

/// Metafields of one call.
pub const METAFIELDS_BATCH_MAX: usize = 25;
/// What a call costs.
pub(super) const SET_COST: u32 = 10;

/// A value to set.
#[derive(Debug, Clone)]
pub struct Metafield<'a> {
    /// Global id of its owner, such as a customer.
    pub owner: &'a str,
    /// The namespace, such as `$app`.
    pub namespace: &'a str,
    /// The key.
    pub key: &'a str,
    /// The type, such as `number_integer`.
    pub kind: &'a str,
    /// The value as text.
    pub value: &'a str,
}

impl Shopify {
    /// Sets metafields, 25 in a call, each call all or nothing. Can be repeated.
    ///
    /// # Errors
    /// As the first call that fails; those before it have been carried out.
    pub async fn set_metafields(&self, merchant: &MerchantId, fields: &[Metafield<'_>]) -> Result<(), CallError> {
        for batch in fields.chunks(METAFIELDS_BATCH_MAX) {
            let inputs = batch.iter().map(|field| set_metafields::MetafieldsSetInput {
                owner_id: field.owner.to_owned(),
                namespace: Some(field.namespace.to_owned()),
                key: field.key.to_owned(),
                type_: Some(field.kind.to_owned()),
                value: field.value.to_owned(),
                compare_digest: None,
            });
            let variables = set_metafields::Variables { metafields: inputs.collect() };
            let operation = Operation::<SetMetafields>::new(variables, SET_COST, Repeat::Safe)?;
            let payload = self.run(merchant, operation).await?.metafields_set.ok_or_else(incomplete)?;
            check(payload.user_errors.into_iter().map(|error| UserError::new(error.code, error.field)).collect())?;
        }
        Ok(())
    }
}
