//! Programme settings: for now, a merchant's earn rule.

use domain::{EarnRule, MerchantId};

use crate::orders::read_object;
use crate::{StoreError, Tx};

/// An earn rule as stored.
///
/// # Errors
/// [`StoreError::Corrupt`] when the text is not a rule.
pub fn read_earn_rule(stored: &str) -> Result<EarnRule, StoreError> {
    read_object(stored, "program_settings.earn_rule")
}

/// Replaces a merchant's earn rule. Orders already awarded keep the rule they were awarded under.
///
/// # Errors
/// As any statement.
pub async fn set_earn_rule(tx: &mut Tx, merchant: &MerchantId, rule: &EarnRule) -> Result<(), StoreError> {
    let rule = serde_json::to_value(rule).map_err(|e| StoreError::corrupt("earn rule", e))?;
    sqlx::query!(
        "INSERT INTO program_settings (merchant_id, earn_rule) VALUES ($1, $2)
         ON CONFLICT (merchant_id) DO UPDATE SET earn_rule = excluded.earn_rule, updated_at = CURRENT_TIMESTAMP",
        merchant.as_str(),
        rule
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
