//! `verify-balances`: every balance against the ledger and the lots. Reports drift; repairs nothing, since which side is
//! right cannot be decided here (`loyalnest verify` compares the orders as well).
//!
//! A pass over a large installation takes longer than one run may: its position is stored in PostgreSQL, where any worker continues.

use domain::MerchantId;
use jobs::MaintenanceTask;
use platform::metrics;
use store::StoreError;
use store::cron::TaskProgress;
use tokio::time::Instant;

use super::{Interrupted, Maintainer, RUN_TIME_MAX, STEP_ROWS};

const TASK: &str = MaintenanceTask::VerifyBalances.name();
/// Maximum number of drifts that one run reports individually.
const DRIFTS_LOGGED_MAX: i64 = 100;
/// Divisor of the page size after a page exceeded the statement timeout; the minimum is one customer.
const SMALLER_PAGE: i64 = 10;

/// The part of a pass that this run does.
struct Pass {
    /// The position as PostgreSQL stores it.
    saved: TaskProgress,
    /// The current position.
    now: TaskProgress,
    /// Time at which this run must stop, so that another continues.
    until: Instant,
    /// Number of customers in a page.
    page_rows: i64,
}

impl Maintainer {
    /// Continues the current pass, or begins a new one. Returns the number of customers that the pass has verified so far.
    pub(super) async fn verify_balances(&self) -> Result<u64, Interrupted> {
        let saved = self.store.begin_pass(TASK).await?;
        let mut pass = Pass { now: saved.clone(), saved, until: Instant::now() + RUN_TIME_MAX, page_rows: STEP_ROWS };
        // The merchant at which the last run stopped: its later customers are left.
        if let Ok(merchant) = MerchantId::parse(&pass.now.at_merchant) {
            self.verify_merchant(&merchant, &mut pass).await?;
        }
        loop {
            let merchants = self.merchants_after(&pass.now.at_merchant).await?;
            if merchants.is_empty() {
                break;
            }
            for merchant in &merchants {
                (pass.now.at_merchant, pass.now.at_row) = (merchant.to_string(), String::new());
                self.verify_merchant(merchant, &mut pass).await?;
            }
            self.save(&mut pass, false).await?;
        }
        self.save(&mut pass, true).await?;
        let (drifted, looked_at) = (pass.now.found, pass.now.looked_at);
        metrics::points_drifted_customers(drifted as f64);
        if drifted > 0 {
            tracing::error!(drifted, looked_at, "balances have drifted from the ledger");
        }
        Ok(looked_at.unsigned_abs())
    }

    async fn verify_merchant(&self, merchant: &MerchantId, pass: &mut Pass) -> Result<(), Interrupted> {
        loop {
            self.may_go_on()?;
            if Instant::now() >= pass.until {
                return Err(Interrupted::HandingOver);
            }
            let page = match self.reads.balances_after(merchant, &pass.now.at_row, pass.page_rows).await {
                // A customer with very many entries is among them.
                Err(StoreError::Timeout(_)) if pass.page_rows > 1 => {
                    pass.page_rows = (pass.page_rows / SMALLER_PAGE).max(1);
                    continue;
                }
                page => page?,
            };
            let Some(last) = page.last() else { return Ok(()) };
            pass.now.at_row.clone_from(&last.customer_id);
            pass.now.looked_at += i64::try_from(page.len()).unwrap_or(i64::MAX);
            for accounts in page.iter().filter(|accounts| !accounts.agrees()) {
                pass.now.found += 1;
                if pass.now.found <= DRIFTS_LOGGED_MAX {
                    let (balance, ledger, lots) = (accounts.balance, accounts.ledger, accounts.lots);
                    tracing::error!(merchant_id = %merchant, customer_id = accounts.customer_id, balance, ledger, lots, "drift");
                }
            }
            self.save(pass, false).await?;
        }
    }

    async fn save(&self, pass: &mut Pass, is_end: bool) -> Result<(), Interrupted> {
        if !self.store.advance_pass(TASK, &pass.saved, &pass.now, is_end).await? {
            return Err(Interrupted::OtherRun);
        }
        pass.saved.clone_from(&pass.now);
        Ok(())
    }
}
