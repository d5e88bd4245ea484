//! `loyalnest verify`: compares balances and orders with the ledger and the facts that they were derived from. Prints every
//! difference with both figures. Repairs nothing.

use anyhow::bail;
use domain::{MerchantId, RuleSnapshot, TargetError, target_points};
use store::Owner;
use store::ledger::OrderAccounts;

use super::{VerifyArguments, say};

const MERCHANTS_PAGE_ROWS: i64 = 500;
const ORDERS_PAGE_ROWS: i64 = 1_000;
/// Maximum number of orphaned rows of one kind that are reported for a merchant.
const DANGLING_ROWS_MAX: i64 = 1_000;
/// Maximum number of untracked webhooks that are reported.
const FORGOTTEN_ROWS_MAX: i64 = 1_000;

#[derive(Default)]
struct Findings {
    merchants: u64,
    customers: i64,
    orders: u64,
    drifts: usize,
}

impl Findings {
    fn report(&mut self, lines_max: usize, shop: &str, drift: &str) {
        self.drifts += 1;
        if self.drifts <= lines_max {
            say(&format!("drift {shop} {drift}"));
        }
    }
}

pub(super) async fn run(owner: &Owner, arguments: &VerifyArguments) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    let mut after = String::new();
    loop {
        let page = owner.merchants_after(&after, MERCHANTS_PAGE_ROWS).await?;
        let Some((last, _)) = page.last() else { break };
        last.as_str().clone_into(&mut after);
        for (merchant, shop) in page {
            if arguments.shop.as_ref().is_none_or(|wanted| *wanted == shop) {
                verify_merchant(owner, &merchant, &shop, arguments.lines_max, &mut findings).await?;
            }
        }
    }
    if let (Some(shop), 0) = (&arguments.shop, findings.merchants) {
        bail!("no merchant has the domain {shop}");
    }
    for (shop, log_id) in owner.untracked_webhooks(arguments.shop.as_deref(), FORGOTTEN_ROWS_MAX).await? {
        findings.report(
            arguments.lines_max,
            &shop,
            &format!("webhook {log_id}: waits, and no row of webhook_batches names it"),
        );
    }
    let Findings { merchants, customers, orders, drifts } = findings;
    say(&format!("verified {merchants} merchants, {customers} customers, {orders} orders: {drifts} drifts"));
    if drifts > 0 {
        bail!("the accounts have drifted: {drifts} differences");
    }
    Ok(())
}

async fn verify_merchant(
    owner: &Owner,
    merchant: &MerchantId,
    shop: &str,
    lines_max: usize,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    findings.merchants += 1;
    let mut report = |drift: String| findings.report(lines_max, shop, &drift);
    let (customers, drifts) = owner.balance_drift(merchant).await?;
    for drift in drifts {
        let (balance, ledger, lots) = (drift.balance, drift.ledger, drift.lots);
        report(format!("customer {}: balance {balance}, ledger {ledger}, lots {lots}", drift.customer_id));
    }
    for dangling in owner.orphans(merchant, DANGLING_ROWS_MAX).await? {
        report(format!("{} {}: names {}, which does not exist", dangling.what, dangling.id, dangling.names));
    }
    let mut after = i64::MIN;
    let mut orders = 0;
    loop {
        let page = owner.order_accounts_after(merchant, after, ORDERS_PAGE_ROWS).await?;
        let Some(last) = page.last() else { break };
        after = last.shopify_order_id;
        orders += page.len() as u64;
        for drift in page.iter().filter_map(order_drift) {
            report(drift);
        }
    }
    findings.customers += customers;
    findings.orders += orders;
    Ok(())
}

/// Returns the difference between an order's accounts and its facts, if there is one.
fn order_drift(order: &OrderAccounts) -> Option<String> {
    let id = order.shopify_order_id;
    let expected = match expected_target(order) {
        Ok(expected) => expected,
        Err(error) => return Some(format!("order {id}: {error}")),
    };
    let ledger = &order.ledger;
    let in_ledger = ledger.awarded + ledger.unrecovered;
    let agrees = order.target == expected
        && ledger.awarded == expected + ledger.shortfall
        && order.entries_sum == in_ledger
        && order.entries == i64::from(ledger.entries);
    (!agrees).then(|| {
        format!(
            "order {id}: facts say {expected}, target {}, awarded {}, shortfall {}, unrecovered {}, {} of {} entries sum to {}",
            order.target, ledger.awarded, ledger.shortfall, ledger.unrecovered, order.entries, ledger.entries,
            order.entries_sum
        )
    })
}

/// Handles an order without a snapshot, which never earned: it is a guest's, unpaid, or worth nothing.
fn expected_target(order: &OrderAccounts) -> Result<i64, TargetError> {
    order.ledger.snapshot.as_ref().map_or(Ok(0), |snapshot: &RuleSnapshot| target_points(&order.state, snapshot))
}
