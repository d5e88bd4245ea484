//! Bulk operations: a query that is checked and carried out at once, is said to run for a while, and whose answer is a file of
//! JSON lines. Five of an app run in a shop at the same time.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::resolve::Session;
use super::shop::Shop;
use super::values::{gid, moment, number};
use crate::call::Answer;

/// Operations that run at the same time.
const RUNNING_MAX: usize = 5;
/// How long an operation is said to be created, and then to run.
const CREATED: TimeDelta = TimeDelta::seconds(1);
const RUNS: TimeDelta = TimeDelta::seconds(3);

/// An operation.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    id: u64,
    query: String,
    created_at: DateTime<Utc>,
    canceled: bool,
    lines: Vec<Value>,
    url: String,
}

impl Operation {
    fn status(&self, now: DateTime<Utc>) -> &'static str {
        let age = now - self.created_at;
        match self.canceled {
            true if age < RUNS => "CANCELING",
            true => "CANCELED",
            false if age < CREATED => "CREATED",
            false if age < RUNS => "RUNNING",
            false => "COMPLETED",
        }
    }

    fn runs(&self, now: DateTime<Utc>) -> bool {
        !["COMPLETED", "CANCELED"].contains(&self.status(now))
    }

    fn file(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn view(&self, now: DateTime<Utc>) -> Value {
        let status = self.status(now);
        let completed = status == "COMPLETED";
        let counted = if status == "CREATED" { 0 } else { self.lines.len() };
        let roots = self.lines.iter().filter(|line| line.get("__parentId").is_none()).count().min(counted);
        let ended = (!self.runs(now)).then(|| moment(self.created_at + RUNS));
        json!({
            "__typename": "BulkOperation",
            "id": gid("BulkOperation", self.id),
            "status": status,
            "type": "QUERY",
            "errorCode": null,
            "query": self.query,
            "createdAt": moment(self.created_at),
            "completedAt": ended,
            "objectCount": counted.to_string(),
            "rootObjectCount": roots.to_string(),
            "fileSize": completed.then(|| self.file().len().to_string()),
            // Without a line there is no file.
            "url": (completed && !self.lines.is_empty()).then_some(&self.url),
            "partialDataUrl": null,
        })
    }
}

/// Answers a field that is about bulk operations.
pub(super) fn answer(session: &Session<'_>, field: &str, arguments: &Value) -> Option<Value> {
    Some(match field {
        "bulkOperation" => {
            let found = number(&arguments["id"], "BulkOperation").and_then(|id| session.shop().bulk.get(&id).cloned());
            found.map_or(Value::Null, |operation| operation.view(session.now))
        }
        "bulkOperations" => {
            let mut all: Vec<Value> =
                session.shop().bulk.newest_first().map(|operation| operation.view(session.now)).collect();
            all.reverse();
            all.into()
        }
        "currentBulkOperation" => {
            session.shop().bulk.newest_first().next().map_or(Value::Null, |operation| operation.view(session.now))
        }
        "bulkOperationRunQuery" => run(session, arguments["query"].as_str().unwrap_or_default()),
        "bulkOperationCancel" => cancel(session, &arguments["id"]),
        _ => return None,
    })
}

fn run(session: &Session<'_>, query: &str) -> Value {
    let refused = |errors: Vec<Value>| json!({ "bulkOperation": null, "userErrors": errors });
    let problems = session.engine.bulk_problems(query);
    if !problems.is_empty() {
        let errors =
            problems.into_iter().map(|message| json!({ "field": ["query"], "message": message, "code": "INVALID" }));
        return refused(errors.collect());
    }
    let mut running: Vec<u64> = session
        .shop()
        .bulk
        .newest_first()
        .filter(|operation| operation.runs(session.now))
        .map(|operation| operation.id)
        .collect();
    if running.len() >= RUNNING_MAX {
        running.reverse();
        let ids = running.into_iter().map(|id| gid("BulkOperation", id)).collect::<Vec<_>>().join(", ");
        let message = format!("A bulk query operation for this app and shop is already in progress: {ids}.");
        return refused(vec![json!({ "field": null, "message": message, "code": "OPERATION_IN_PROGRESS" })]);
    }
    session.pages_are_whole(true);
    let lines = session.engine.bulk_lines(query, session);
    session.pages_are_whole(false);
    let mut shop = session.shop();
    let id = shop.id();
    let url = format!("http://{}/shopify/{}/_bulk/{id}", session.host, shop.domain);
    let operation = Operation { id, query: query.to_owned(), created_at: session.now, canceled: false, lines, url };
    let view = operation.view(session.now);
    shop.bulk.insert(id, operation);
    json!({ "bulkOperation": view, "userErrors": [] })
}

fn cancel(session: &Session<'_>, id: &Value) -> Value {
    let mut shop = session.shop();
    let Some(mut operation) = number(id, "BulkOperation").and_then(|id| shop.bulk.get(&id).cloned()) else {
        let error = json!({ "field": ["id"], "message": "Bulk operation does not exist" });
        return json!({ "bulkOperation": null, "userErrors": [error] });
    };
    if !operation.runs(session.now) {
        let message =
            format!("A bulk operation cannot be canceled when it is {}", operation.status(session.now).to_lowercase());
        let error = json!({ "field": null, "message": message });
        return json!({ "bulkOperation": operation.view(session.now), "userErrors": [error] });
    }
    operation.canceled = true;
    let view = operation.view(session.now);
    shop.bulk.insert(operation.id, operation);
    json!({ "bulkOperation": view, "userErrors": [] })
}

/// Returns the file of an operation, once it is complete.
pub(super) fn file(shop: &Shop, id: &str, now: DateTime<Utc>) -> Option<Answer> {
    let operation = id.parse().ok().and_then(|id: u64| shop.bulk.get(&id))?;
    (operation.status(now) == "COMPLETED").then(|| Answer::new(200, "application/jsonl", operation.file()))
}
