//! The sandbox's own paths under `/_sandbox`: what was received, faults, and the page. Refuses what it does not know with a
//! reason, never with a page of the partners.

mod page;

use hyper::Method;
use serde_json::{Value, json};

use crate::call::{Answer, Call};
use crate::faults::Faults;
use crate::partner::Partner;
use crate::server::Shared;

/// Answers a path of the sandbox's own, or returns `None` for any other path.
pub(crate) async fn answer(shared: &Shared, call: &Call) -> Option<Answer> {
    let path = call.full_path.trim_end_matches('/');
    if let Some(asset) = page::asset(path) {
        return Some(asset);
    }
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let result = match segments[..] {
        [] | ["_sandbox"] => page(shared, call),
        ["_sandbox", "requests"] => requests(shared, call),
        ["_sandbox", partner @ ("judgeme" | "yotpo"), "send"] => review(shared, call, partner).await,
        ["_sandbox", "shopify", domain] => shop(shared, call, domain),
        ["_sandbox", "shopify", domain, "orders"] => order(shared, call, domain),
        ["_sandbox", "totals"] => totals(shared, call),
        ["_sandbox", "faults"] => all_faults(shared, call),
        ["_sandbox", "faults", partner] => faults(shared, call, partner),
        ["_sandbox", ..] => Err(Problem(404, "the sandbox has no such path: see /_sandbox/".to_owned())),
        _ => return None,
    };
    Some(result.unwrap_or_else(|Problem(status, reason)| Answer::json(status, &json!({ "error": reason }))))
}

/// A status and the reason.
struct Problem(u16, String);

fn page(shared: &Shared, call: &Call) -> Result<Answer, Problem> {
    only(call, &[Method::GET])?;
    Ok(page::render(shared, partner_asked_for(call)?))
}

fn requests(shared: &Shared, call: &Call) -> Result<Answer, Problem> {
    only(call, &[Method::GET, Method::DELETE])?;
    let partner = partner_asked_for(call)?;
    if call.method == Method::DELETE {
        shared.journal().forget(partner);
        return Ok(Answer::empty(204));
    }
    let since = match parameter(call, "since") {
        None => 0,
        Some(text) => text.parse().map_err(|_| Problem(400, "since must be the number of a request".to_owned()))?,
    };
    let requests = shared.journal().since(partner, since);
    let body = serde_json::to_vec(&requests).map_err(|error| Problem(500, error.to_string()))?;
    Ok(Answer::new(200, "application/json", body))
}

fn totals(shared: &Shared, call: &Call) -> Result<Answer, Problem> {
    only(call, &[Method::GET])?;
    let journal = shared.journal();
    let totals = Partner::ALL.map(|partner| (partner.name().to_owned(), json!(journal.totals(partner))));
    Ok(Answer::json(200, &Value::Object(totals.into_iter().collect())))
}

/// Sends a review as the partner does.
async fn review(shared: &Shared, call: &Call, partner: &str) -> Result<Answer, Problem> {
    only(call, &[Method::POST])?;
    let partner = if partner == "judgeme" { Partner::JudgeMe } else { Partner::Yotpo };
    let order: Value = serde_json::from_slice(&call.body).map_err(|error| Problem(400, error.to_string()))?;
    let sent = shared.send_review(partner, &order).await.map_err(|reason| Problem(400, reason))?;
    Ok(Answer::json(200, &sent))
}

/// Shows or sets what a shop is like.
fn shop(shared: &Shared, call: &Call, domain: &str) -> Result<Answer, Problem> {
    only(call, &[Method::GET, Method::PUT])?;
    let settings = (call.method == Method::PUT).then_some(&*call.body);
    let shown = shared.partners.shop_settings(domain, settings, shared.now());
    shown.map(|shown| Answer::json(200, &shown)).map_err(|reason| Problem(400, reason))
}

/// Keeps an order of a shop, so that its API shows it.
fn order(shared: &Shared, call: &Call, domain: &str) -> Result<Answer, Problem> {
    only(call, &[Method::PUT])?;
    let id = shared.partners.put_order(domain, &call.body, shared.now()).map_err(|reason| Problem(400, reason))?;
    Ok(Answer::json(200, &json!({ "id": format!("gid://shopify/Order/{id}") })))
}

fn all_faults(shared: &Shared, call: &Call) -> Result<Answer, Problem> {
    only(call, &[Method::GET, Method::DELETE])?;
    let mut all = shared.faults();
    if call.method == Method::DELETE {
        all.clear();
        return Ok(Answer::empty(204));
    }
    let shown =
        Partner::ALL.map(|partner| (partner.name().to_owned(), shown(&all.get(&partner).cloned().unwrap_or_default())));
    Ok(Answer::json(200, &Value::Object(shown.into_iter().collect())))
}

fn faults(shared: &Shared, call: &Call, partner: &str) -> Result<Answer, Problem> {
    only(call, &[Method::GET, Method::PUT, Method::DELETE])?;
    let partner = partner.parse::<Partner>().map_err(|unknown| Problem(404, unknown.to_string()))?;
    if call.method == Method::DELETE {
        shared.faults().remove(&partner);
        return Ok(Answer::empty(204));
    }
    if call.method == Method::PUT {
        let faults = Faults::from_json(&call.body, partner).map_err(|error| Problem(400, error.to_string()))?;
        shared.faults().insert(partner, faults);
    }
    let faults = shared.faults().get(&partner).cloned().unwrap_or_default();
    Ok(Answer::json(200, &shown(&faults)))
}

fn shown(faults: &Faults) -> Value {
    serde_json::to_value(faults).unwrap_or_default()
}

fn only(call: &Call, methods: &[Method]) -> Result<(), Problem> {
    if methods.contains(&call.method) {
        return Ok(());
    }
    let allowed = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    Err(Problem(405, format!("{} is not answered here, only {allowed}", call.method)))
}

fn partner_asked_for(call: &Call) -> Result<Option<Partner>, Problem> {
    match parameter(call, "partner").filter(|name| !name.is_empty()) {
        None => Ok(None),
        Some(name) => {
            name.parse().map(Some).map_err(|unknown: crate::partner::UnknownPartner| Problem(400, unknown.to_string()))
        }
    }
}

/// Returns a parameter of the query. Names of partners and numbers need no decoding.
fn parameter<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}
