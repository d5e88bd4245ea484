//! The page that shows what the sandbox received and which faults are set. Plain HTML of its own: no file from elsewhere,
//! readable in light and dark, usable with a keyboard and without a script.

use std::fmt::Write as _;

use crate::call::Answer;
use crate::faults::Faults;
use crate::journal::Recorded;
use crate::partner::Partner;
use crate::server::Shared;

/// Requests that the page shows.
const REQUESTS_SHOWN_MAX: usize = 200;
/// How much of a body the page shows.
const BODY_SHOWN_CHARS_MAX: usize = 8_000;
/// Only what this server sends may be loaded.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Returns the page's style or script.
pub(super) fn asset(path: &str) -> Option<Answer> {
    let asset = match path {
        "/_sandbox/page.css" => Answer::new(200, "text/css; charset=utf-8", include_str!("page.css")),
        "/_sandbox/page.js" => Answer::new(200, "text/javascript; charset=utf-8", include_str!("page.js")),
        _ => return None,
    };
    Some(asset.with("cache-control", "no-cache"))
}

/// Returns the page with the requests to `partner`, or to all.
pub(super) fn render(shared: &Shared, partner: Option<Partner>) -> Answer {
    let (requests, kept) = {
        let journal = shared.journal();
        (journal.latest(partner, REQUESTS_SHOWN_MAX), journal.len(partner))
    };
    let faults: Vec<(Partner, Faults)> = {
        let set = shared.faults();
        set.iter().filter(|(_, faults)| **faults != Faults::default()).map(|(of, set)| (*of, set.clone())).collect()
    };
    let mut html = String::from(HEAD);
    filter(&mut html, partner);
    html.push_str("<main id=main><section id=faults aria-labelledby=faults-title><h2 id=faults-title>Faults</h2>");
    if faults.is_empty() {
        html.push_str(
            "<p class=none>No partner has a fault. <code>PUT /_sandbox/faults/{partner}</code> sets some.</p>",
        );
    }
    for (of, faults) in &faults {
        let json = serde_json::to_string(faults).unwrap_or_default();
        let _ = write!(html, "<p><strong>{of}</strong> <code>{}</code></p>", escaped(&json));
    }
    let _ = write!(
        html,
        "</section><h2 id=requests-title>Requests</h2><p id=count role=status>{} of {kept} kept.</p>\
         <div class=wide id=requests>",
        requests.len(),
    );
    table(&mut html, &requests);
    html.push_str("</div></main></body></html>\n");
    Answer::new(200, "text/html; charset=utf-8", html)
        .with("content-security-policy", POLICY)
        .with("cache-control", "no-store")
        .with("x-content-type-options", "nosniff")
}

const HEAD: &str = "<!doctype html><html lang=en><head><meta charset=utf-8>\
<meta name=viewport content=\"width=device-width, initial-scale=1\"><title>LoyalNest sandbox</title>\
<link rel=stylesheet href=\"/_sandbox/page.css\"><script src=\"/_sandbox/page.js\" defer></script></head><body>\
<a class=skip href=\"#main\">Skip to the requests</a>\
<header><h1>LoyalNest sandbox</h1><p>What the partners that are played here received, newest first. \
As JSON: <a href=\"/_sandbox/requests\">/_sandbox/requests</a>, <a href=\"/_sandbox/faults\">/_sandbox/faults</a>.</p>";

fn filter(html: &mut String, chosen: Option<Partner>) {
    html.push_str(
        "<form method=get action=\"/_sandbox/\"><label>Partner <select name=partner><option value=\"\">all</option>",
    );
    for partner in Partner::ALL {
        let selected = if chosen == Some(partner) { " selected" } else { "" };
        let _ = write!(html, "<option value={partner}{selected}>{partner}</option>");
    }
    html.push_str(
        "</select></label><button>Filter</button>\
         <label hidden><input type=checkbox id=refresh checked> Refresh every 2 seconds</label></form></header>",
    );
}

fn table(html: &mut String, requests: &[(Recorded, String)]) {
    if requests.is_empty() {
        html.push_str("<p class=none>Nothing has been received.</p>");
        return;
    }
    html.push_str(
        "<table aria-labelledby=requests-title><thead><tr><th scope=col>No.<th scope=col>Time (UTC)<th scope=col>Partner\
         <th scope=col>Request<th scope=col>Status</tr></thead><tbody>",
    );
    for (request, answer) in requests {
        row(html, request, answer);
    }
    html.push_str("</tbody></table>");
}

fn row(html: &mut String, request: &Recorded, answer: &str) {
    let (status, class) = match request.status {
        Some(status) if status < 400 => (status.to_string(), "good"),
        Some(status) => (status.to_string(), "bad"),
        None => ("no answer".to_owned(), "bad"),
    };
    let time = request.at.split_once('T').map_or(request.at.as_str(), |(_, time)| time.trim_end_matches('Z'));
    let _ = write!(
        html,
        "<tr><td class=number>{n}<td class=number><time datetime=\"{at}\">{time}</time><td>{partner}\
         <td class=path><details data-n={n}><summary>{method} {path}</summary><dl><dt>Headers<dd><pre>",
        n = request.n,
        at = request.at,
        partner = request.partner,
        method = escaped(&request.method),
        path = escaped(&request.path),
    );
    for (name, value) in &request.headers {
        let _ = writeln!(html, "{}: {}", escaped(name), escaped(value.as_str().unwrap_or_default()));
    }
    let _ = write!(
        html,
        "</pre><dt>Body<dd><pre>{}</pre><dt>Answer<dd><pre>{}</pre></dl></details><td class=\"number {class}\">{status}</tr>",
        escaped(&shortened(&request.body)),
        escaped(&shortened(answer)),
    );
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(BODY_SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{} ... ({} bytes)", &text[..end], text.len()),
        None if text.is_empty() => "(empty)".to_owned(),
        None => text.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
