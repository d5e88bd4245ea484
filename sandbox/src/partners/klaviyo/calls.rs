//! The calls that change something at Klaviyo: what is checked beyond the shape of a body, and what is then kept.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::accounts::{Account, identifiers, unique_key};
use super::bodies::BULK_EVENTS_MAX;
use super::errors::{Fault, document};
use super::{Endpoint, MEDIA_TYPE};
use crate::call::{Answer, Call};
use crate::partners::RequestContext;
use crate::shape::{self, Mistake, Problem};

/// Longest body.
const BODY_BYTES_MAX: usize = 5 * 1_024 * 1_024;
/// Properties of one event.
const PROPERTIES_MAX: usize = 400;

/// Carries out a call that was let through.
///
/// # Errors
/// What Klaviyo says of a body that it does not take.
pub(super) fn post(
    account: &mut Account,
    endpoint: &Endpoint,
    call: &Call,
    context: &RequestContext<'_>,
) -> Result<Answer, Fault> {
    if !call.has_content_type(MEDIA_TYPE) {
        let detail =
            format!("Unsupported media type \"{}\" in request.", call.header("content-type").unwrap_or_default());
        let title = "Unsupported media type.";
        return Err(Fault::new(415, "unsupported_media_type", title, &detail, json!({ "pointer": "/data" })));
    }
    if call.body.len() > BODY_BYTES_MAX {
        return Err(Fault::at_data(413, "invalid", "Payload too large.", "The payload is larger than 5MB."));
    }
    let body: Value = serde_json::from_slice(&call.body).map_err(|error| {
        Fault::at_data(400, "parse_error", "Malformed request.", &format!("JSON parse error - {error}"))
    })?;
    if let Some(mistake) = shape::mistakes(&body, endpoint.body).first() {
        return Err(misshapen(mistake));
    }
    let data = &body["data"];
    match endpoint.path {
        "/api/events" => {
            event(account, &data["attributes"]["profile"]["data"], &data["attributes"], "/data", context)?;
            Ok(Answer::empty(202))
        }
        "/api/event-bulk-create-jobs" => bulk_events(account, data, context),
        "/api/profile-import" => {
            profile(data, "/data")?;
            let (profile, new) = account.import(data, context.now, context.ids);
            Ok(document(if new { 201 } else { 200 }, &json!({ "data": profile })))
        }
        "/api/profile-bulk-import-jobs" => bulk_profiles(account, data, context),
        "/api/profile-subscription-bulk-create-jobs" => {
            for (index, data) in list(&data["attributes"]["profiles"]["data"]).enumerate() {
                profile(data, &format!("/data/attributes/profiles/data/{index}"))?;
                account.import(data, context.now, context.ids);
            }
            Ok(Answer::empty(202))
        }
        _ => {
            let named = &data["attributes"]["profile"]["data"];
            profile(named, "/data/attributes/profile/data")?;
            if identifiers(named).len() != 1 {
                let detail = "Exactly one of 'email', 'phone_number' or 'id' must be provided.";
                return Err(Fault::invalid(detail, "/data/attributes/profile/data"));
            }
            account.delete(named);
            Ok(Answer::empty(202))
        }
    }
}

fn event(
    account: &mut Account,
    of: &Value,
    attributes: &Value,
    pointer: &str,
    context: &RequestContext<'_>,
) -> Result<(), Fault> {
    let identifier = profile(of, &format!("{pointer}/attributes/profile/data"))?;
    if attributes["properties"].as_object().is_some_and(|properties| properties.len() > PROPERTIES_MAX) {
        let detail = format!("An event may have at most {PROPERTIES_MAX} properties.");
        return Err(Fault::invalid(&detail, &format!("{pointer}/attributes/properties")));
    }
    account.take(&identifier, attributes, context.now, context.ids);
    Ok(())
}

/// Takes all events of a bulk request, or none when one repeats a unique id.
fn bulk_events(account: &mut Account, data: &Value, context: &RequestContext<'_>) -> Result<Answer, Fault> {
    let (mut seen, mut events) = (HashSet::new(), Vec::new());
    for (index, group) in list(&data["attributes"]["events-bulk-create"]["data"]).enumerate() {
        let pointer = format!("/data/attributes/events-bulk-create/data/{index}");
        let of = profile(&group["attributes"]["profile"]["data"], &format!("{pointer}/attributes/profile/data"))?;
        for attributes in list(&group["attributes"]["events"]["data"]).map(|event| &event["attributes"]) {
            let repeated = unique_key(&of, attributes).is_some_and(|key| account.knows(&key) || !seen.insert(key));
            if repeated {
                return Err(Fault::invalid("The request contains a 'unique_id' that was already used.", &pointer));
            }
            events.push((of.clone(), attributes));
        }
    }
    if events.len() > BULK_EVENTS_MAX {
        return Err(Fault::invalid("A request may have at most 1000 events.", "/data/attributes/events-bulk-create"));
    }
    for (of, attributes) in events {
        account.take(&of, attributes, context.now, context.ids);
    }
    Ok(Answer::empty(202))
}

fn bulk_profiles(account: &mut Account, data: &Value, context: &RequestContext<'_>) -> Result<Answer, Fault> {
    let profiles: Vec<&Value> = list(&data["attributes"]["profiles"]["data"]).collect();
    for (index, data) in profiles.iter().enumerate() {
        profile(data, &format!("/data/attributes/profiles/data/{index}"))?;
    }
    for data in &profiles {
        account.import(data, context.now, context.ids);
    }
    let id = context.ids.ulid();
    let link = format!("/api/profile-bulk-import-jobs/{id}/");
    let attributes =
        json!({ "status": "queued", "created_at": context.now.to_rfc3339(), "total_count": profiles.len() });
    Ok(document(
        202,
        &json!({
            "data": { "type": "profile-bulk-import-job", "id": id, "attributes": attributes, "links": { "self": link } },
        }),
    ))
}

/// Checks a profile's identifiers. Returns the strongest of them.
fn profile(data: &Value, pointer: &str) -> Result<String, Fault> {
    let attributes = &data["attributes"];
    if let Some(email) = attributes["email"].as_str()
        && !email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
    {
        return Err(Fault::invalid("Invalid email address", &format!("{pointer}/attributes/email")));
    }
    if let Some(phone) = attributes["phone_number"].as_str()
        && !phone
            .strip_prefix('+')
            .is_some_and(|digits| (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
    {
        let detail = "Invalid phone number format (Example of a valid format: +12345678901)";
        return Err(Fault::invalid(detail, &format!("{pointer}/attributes/phone_number")));
    }
    identifiers(data).into_iter().next().ok_or_else(|| {
        let detail = "One of 'id', 'email', 'phone_number', 'external_id' or 'anonymous_id' must be provided.";
        Fault::invalid(detail, pointer)
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn misshapen(mistake: &Mistake) -> Fault {
    let detail = match &mistake.problem {
        Problem::Missing(name) => format!("'{name}' is a required field."),
        Problem::Unknown(name) => format!("'{name}' is not a valid field for the resource."),
        Problem::NotA(expected) => format!("The value is not a valid {expected}."),
        Problem::TooLong(most) => format!("The value is longer than {most}."),
    };
    Fault::invalid(&detail, &mistake.pointer)
}
