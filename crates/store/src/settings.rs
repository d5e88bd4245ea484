//! Programme settings: for now, a merchant's earn rule.

use std::collections::HashMap;

use domain::{EarnRule, MerchantId};

use crate::{StoreError, Tx};

/// The earn rules of the transaction's merchants among `merchants`. A merchant without settings has the default rule.
///
/// # Errors
/// [`StoreError::Corrupt`] when stored settings are not a rule.
pub async fn earn_rules(tx: &mut Tx, merchants: &[&str]) -> Result<HashMap<MerchantId, EarnRule>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT m.merchant_id, s.earn_rule::text AS earn_rule
           FROM merchants m LEFT JOIN program_settings s USING (merchant_id)
           WHERE m.merchant_id = ANY ($1)"#,
        merchants as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let parsed = rows.into_iter().map(|row| {
        let merchant =
            MerchantId::parse(&row.merchant_id).map_err(|e| StoreError::corrupt("merchants.merchant_id", e))?;
        let rule = match &row.earn_rule {
            Some(text) => {
                serde_json::from_str(text).map_err(|e| StoreError::corrupt("program_settings.earn_rule", e))?
            }
            None => EarnRule::default(),
        };
        Ok((merchant, rule))
    });
    parsed.collect()
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
