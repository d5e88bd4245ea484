//! `verify-balances`: every balance against the ledger and the lots. Tells of drift; repairs nothing, since which side is
//! right is for a person to say (`loyalnest verify` shows the orders, too).

use domain::MerchantId;
use platform::metrics;

use super::{Interrupted, Maintainer, STEP_ROWS};

/// Drifts told of one by one.
const DRIFTS_LOGGED_MAX: u64 = 100;

impl Maintainer {
    /// Answers how many customers were looked at.
    pub(super) async fn verify_balances(&self) -> Result<u64, Interrupted> {
        let (mut merchants, mut looked_at, mut drifted) = (self.merchants_after(None).await?, 0, 0);
        while let Some(last) = merchants.last() {
            for merchant in &merchants {
                looked_at += self.verify_merchant(merchant, &mut drifted).await?;
            }
            merchants = self.merchants_after(Some(last)).await?;
        }
        metrics::points_drifted_customers(drifted as f64);
        if drifted > 0 {
            tracing::error!(drifted, looked_at, "balances have drifted from the ledger");
        }
        Ok(looked_at)
    }

    async fn verify_merchant(&self, merchant: &MerchantId, drifted: &mut u64) -> Result<u64, Interrupted> {
        let (mut after, mut looked_at) = (String::new(), 0);
        loop {
            self.may_go_on()?;
            let page = self.store.balances_after(merchant, &after, STEP_ROWS).await?;
            let Some(last) = page.last() else { return Ok(looked_at) };
            after.clone_from(&last.customer_id);
            looked_at += page.len() as u64;
            for accounts in page.iter().filter(|accounts| !accounts.agrees()) {
                *drifted += 1;
                if *drifted <= DRIFTS_LOGGED_MAX {
                    let (balance, ledger, lots) = (accounts.balance, accounts.ledger, accounts.lots);
                    tracing::error!(merchant_id = %merchant, customer_id = accounts.customer_id, balance, ledger, lots, "drift");
                }
            }
        }
    }
}
