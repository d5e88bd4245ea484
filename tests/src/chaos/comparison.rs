//! Compares the accounts with the sent orders after all jobs have ended, and counts the runs in the processes' logs.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::Load;
use crate::accounts;
use crate::app::TestApp;

/// Maximum number of listed differences.
const LISTED_MAX: usize = 10;

/// The differences found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Orders and customers that have fewer points than expected.
    pub(super) lost: u64,
    /// Orders and customers that have more points than expected.
    pub(super) doubled: u64,
    /// Descriptions of the differences.
    pub(super) wrong: Vec<String>,
}

impl Findings {
    fn compare(&mut self, what: &str, expected: BTreeMap<(String, i64), i64>, found: BTreeMap<(String, i64), i64>) {
        let mut keys: Vec<_> = expected.keys().chain(found.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let (must, has) = (expected.get(key), found.get(key));
            if must == has {
                continue;
            }
            // An order that is still there with its points although it was cancelled has lost its cancellation.
            let less = has.is_none() || has < must || (must == Some(&0) && has > must);
            *(if less { &mut self.lost } else { &mut self.doubled }) += 1;
            let say = |points: Option<&i64>| points.map_or("nothing".to_owned(), |points| format!("{points} points"));
            self.list(format!("{what} {} of {} has {}, not {}", key.1, key.0, say(has), say(must)));
        }
    }

    fn list(&mut self, wrong: String) {
        if self.wrong.len() < LISTED_MAX {
            self.wrong.push(wrong);
        }
    }
}

/// Compares points by order and by customer, checks that every entry exists once, and adds [`accounts::differences`].
pub(super) async fn compare(app: &TestApp, load: &Load) -> Findings {
    let mut findings = Findings::default();
    let orders = "SELECT m.shopify_domain, o.shopify_order_id, coalesce(sum(t.delta), 0)::bigint
                  FROM orders o JOIN merchants m USING (merchant_id)
                  LEFT JOIN points_transactions t ON t.merchant_id = o.merchant_id AND t.order_id = o.shopify_order_id::text
                  GROUP BY 1, 2";
    findings.compare("order", load.points_of_orders(app), sums(app, orders).await);
    let customers = "SELECT m.shopify_domain, c.shopify_customer_id, c.points_balance::bigint
                     FROM customers c JOIN merchants m USING (merchant_id)";
    findings.compare("customer", load.points_of_customers(app), sums(app, customers).await);
    // One entry that earns and one that takes back, whatever the order of the messages.
    let twice = "SELECT m.shopify_domain, t.order_id::bigint, count(*)
                 FROM points_transactions t JOIN merchants m USING (merchant_id) GROUP BY 1, 2, t.type HAVING count(*) > 1";
    for ((shop, order), entries) in sums(app, twice).await {
        findings.doubled += 1;
        findings.list(format!("order {order} of {shop} has {entries} entries of one type"));
    }
    for wrong in accounts::differences(&app.owner, &app.pool).await {
        findings.list(wrong);
    }
    findings
}

async fn sums(app: &TestApp, sql: &'static str) -> BTreeMap<(String, i64), i64> {
    let rows = sqlx::query_as::<_, (String, i64, i64)>(sql).fetch_all(&app.pool).await.unwrap();
    rows.into_iter().map(|(shop, id, number)| ((shop, id), number)).collect()
}

/// Job runs according to the logs of all processes, including killed ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LogCounts {
    /// Completed runs beyond the first of each job.
    pub(super) runs_again: u64,
    /// Jobs rescued from workers whose lease expired.
    pub(super) rescued: u64,
    /// Completed runs by outcome.
    pub(super) outcomes: BTreeMap<String, u64>,
}

/// Counts runs in the logs. Ignores a line that was cut by a kill.
pub(super) fn count(logs: &[String]) -> LogCounts {
    let mut runs: HashMap<String, u64> = HashMap::new();
    let mut counts = LogCounts::default();
    for line in logs.iter().flat_map(|log| log.lines()) {
        if line.contains("\"job ended\"") {
            let line: Value = serde_json::from_str(line).unwrap_or_default();
            if let (Some(job), Some(outcome)) = (job_of(&line), line["outcome"].as_str()) {
                *runs.entry(job).or_default() += 1;
                *counts.outcomes.entry(outcome.to_owned()).or_default() += 1;
            }
        } else if line.contains("\"rescued\":") {
            let line: Value = serde_json::from_str(line).unwrap_or_default();
            counts.rescued += line["rescued"].as_u64().unwrap_or(0) + line["poison"].as_u64().unwrap_or(0);
        }
    }
    counts.runs_again = runs.values().map(|runs| runs - 1).sum();
    counts
}

/// Returns queue and id of the job: jobs of one webhook in two queues have the same id.
fn job_of(line: &Value) -> Option<String> {
    let span = line["spans"].as_array()?.iter().find(|span| span["name"] == "job")?;
    Some(format!("{}/{}", span["kind"].as_str()?, span["job_id"].as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_beyond_the_first_and_rescues_are_counted_over_all_logs() {
        let ended = |job: &str| {
            format!(
                r#"{{"message":"job ended","outcome":"done","spans":[{{"name":"job","kind":"award-points","job_id":"{job}"}}]}}"#
            )
        };
        let first = [ended("A"), ended("B"), "{\"message\":\"job ended\",\"spa".to_owned()].join("\n");
        let second =
            [ended("A"), r#"{"message":"taken back","rescued":3,"poison":1}"#.to_owned(), ended("A")].join("\n");
        let outcomes = BTreeMap::from([("done".to_owned(), 4)]);
        assert_eq!(count(&[first, second]), LogCounts { runs_again: 2, rescued: 4, outcomes });
    }

    #[test]
    fn less_is_lost_more_is_doubled_and_a_lost_cancellation_is_lost() {
        let of = |points: &[(i64, i64)]| points.iter().map(|(id, points)| (("a".to_owned(), *id), *points)).collect();
        let mut findings = Findings::default();
        findings.compare(
            "order",
            of(&[(1, 10), (2, 10), (3, 10), (4, 0), (5, 7)]),
            of(&[(1, 10), (2, 20), (4, 10), (5, 0), (6, 1)]),
        );
        assert_eq!((findings.lost, findings.doubled, findings.wrong.len()), (3, 2, 5));
        assert_eq!(findings.wrong[0], "order 2 of a has 20 points, not 10 points");
    }
}
