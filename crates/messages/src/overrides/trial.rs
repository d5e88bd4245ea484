//! The trial of a checked text: it is rendered with every variant and plural category that can occur.

use std::collections::HashSet;

use super::{OVERRIDE_SMS_SEGMENTS_MAX, OVERRIDE_SUBJECT_CHARACTERS_MAX, OverrideError, Overrides, TextOverride};
use crate::catalogue::{MessageId, Part};
use crate::language::language;
use crate::message::{Context, Message};
use crate::render::{format, one_line, tidy};
use crate::samples::{COUNTS, Counts, variants};
use crate::sms::Sms;

/// Renders the text in every form, and with it the messages that it is used in.
pub(super) fn try_out(text: &TextOverride) -> Result<(), OverrideError> {
    let overrides = Overrides::new([text.clone()]);
    let own = MessageId::of_key(&text.key);
    let ids: &[MessageId] = match &own {
        Some((id, _)) => std::slice::from_ref(id),
        None => MessageId::ALL,
    };
    let contexts = [Context::sample(), Context { customer: None, ..Context::sample() }];
    // One number of each plural category.
    let formats = &language(text.locale).formats;
    let mut categories = HashSet::new();
    let counts: Vec<i64> = COUNTS.into_iter().filter(|n| categories.insert(formats.category(*n))).collect();
    for id in ids {
        for message in counts.iter().flat_map(|n| variants(*id, Counts::all(*n))) {
            for context in &contexts {
                try_message(text, &overrides, own.map(|(_, part)| part), &message, context)?;
            }
        }
    }
    Ok(())
}

/// Renders the parts of one message that the text can be in: its own, or all.
fn try_message(
    text: &TextOverride,
    overrides: &Overrides,
    own: Option<Part>,
    message: &Message,
    context: &Context,
) -> Result<(), OverrideError> {
    let Some(bundle) = overrides.bundle(text.locale) else {
        return Err(OverrideError::Fails);
    };
    let arguments = language(text.locale).arguments(message, context);
    let render = |key: &str| format(bundle, key, &arguments).map_err(|_| OverrideError::Fails);
    if text.key == "greeting" || text.key == "signature" {
        // A merchant may leave them out.
        return render(&text.key).map(drop);
    }
    if text.key.starts_with("action-") {
        return if one_line(&render(&text.key)?).is_empty() { Err(OverrideError::Fails) } else { Ok(()) };
    }
    let parts: &[Part] = match &own {
        Some(part) => std::slice::from_ref(part),
        None => &Part::ALL,
    };
    for part in parts {
        let rendered = tidy(&render(&message.id().key(*part))?);
        if rendered.is_empty() {
            return Err(OverrideError::Fails);
        }
        check_length(*part, &rendered)?;
    }
    Ok(())
}

fn check_length(part: Part, rendered: &str) -> Result<(), OverrideError> {
    match part {
        Part::Subject => {
            let characters = rendered.chars().count();
            if characters > OVERRIDE_SUBJECT_CHARACTERS_MAX {
                return Err(OverrideError::SubjectTooLong(characters));
            }
        }
        Part::Sms => {
            let segments = Sms::new(rendered).segments;
            if segments > OVERRIDE_SMS_SEGMENTS_MAX {
                return Err(OverrideError::SmsTooLong(segments));
            }
        }
        // The number of placeables in a text is bounded by Fluent, and values are bounded, so a body needs no limit here.
        Part::Body => {}
    }
    Ok(())
}
