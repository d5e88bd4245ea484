//! From a message to the texts that are sent: subject, body, call to action, short message.
//!
//! The layout (greeting, body and signature as paragraphs; the link on a line of its own) is made here, sentences never are.

use fluent_bundle::FluentArgs;

use crate::catalogue::{MessageId, Part};
use crate::language::{Bundle, language};
use crate::locale::{Direction, Locale};
use crate::message::{Context, Message};
use crate::overrides::Overrides;
use crate::sms::Sms;

/// The longest subject, in characters. A longer one is cut.
pub const SUBJECT_CHARACTERS_MAX: usize = 250;

/// A call to action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The label of the button or link.
    pub label: String,
    /// The absolute URL.
    pub url: String,
}

/// A message in the texts of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Which message it is.
    pub id: MessageId,
    /// The subject line: one line.
    pub subject: String,
    /// The plain text: greeting, body and signature, as paragraphs separated by empty lines. Without the call to action.
    pub body: String,
    /// The call to action, where the message has one and the context a link.
    pub action: Option<Action>,
    /// The short message, the link on its last line.
    pub sms: Sms,
    /// The direction of the language.
    pub direction: Direction,
    /// The BCP 47 tag of the language.
    pub lang: &'static str,
    /// Whether a merchant's text failed and the built-in one stands in its place.
    pub fell_back: bool,
}

/// Returns the texts of a message in a language. A text that the merchant overrides is the merchant's.
#[must_use]
pub fn render(message: &Message, context: &Context, locale: Locale, overrides: &Overrides) -> Rendered {
    let language = language(locale);
    let id = message.id();
    let arguments = language.arguments(message, context);
    let mut writer =
        Writer { own: overrides.bundle(locale), built_in: &language.bundle, arguments: &arguments, fell_back: false };
    let subject = one_line(&writer.text(&id.key(Part::Subject)));
    let paragraphs = ["greeting", &id.key(Part::Body), "signature"].map(|key| tidy(&writer.text(key)));
    let body = paragraphs.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    let link = context.link.as_ref().filter(|_| id.action_key().is_some());
    let action = id.action_key().zip(link).map(|(key, link)| {
        let label = one_line(&writer.text(key));
        Action { label, url: link.as_str().to_owned() }
    });
    let mut sms = tidy(&writer.text(&id.key(Part::Sms)));
    if let Some(link) = link {
        sms.push('\n');
        sms.push_str(link.as_str());
    }
    Rendered {
        id,
        subject: subject.chars().take(SUBJECT_CHARACTERS_MAX).collect(),
        body,
        action,
        sms: Sms::new(&sms),
        direction: locale.direction(),
        lang: locale.tag(),
        fell_back: writer.fell_back,
    }
}

impl Rendered {
    /// Returns the whole plain text of the e-mail: the body, and the call to action as a label and a link in lines of their own.
    #[must_use]
    pub fn plain_text(&self) -> String {
        match &self.action {
            Some(action) => format!("{}\n\n{}\n{}", self.body, action.label, action.url),
            None => self.body.clone(),
        }
    }
}

/// Formats texts, a merchant's own first.
struct Writer<'a> {
    own: Option<&'a Bundle>,
    built_in: &'a Bundle,
    arguments: &'a FluentArgs<'a>,
    fell_back: bool,
}

impl Writer<'_> {
    fn text(&mut self, key: &str) -> String {
        if let Some(own) = self.own {
            match format(own, key, self.arguments) {
                Ok(text) => return text,
                Err(_) => self.fell_back = true,
            }
        }
        // The built-in texts have no errors: a test formats each of them in each form.
        format(self.built_in, key, self.arguments).unwrap_or_else(|partial| partial)
    }
}

/// Formats one text. Fails, with what could be formatted, if the text does not exist or refers to something that does not.
pub(crate) fn format(bundle: &Bundle, key: &str, arguments: &FluentArgs<'_>) -> Result<String, String> {
    let pattern = bundle.get_message(key).and_then(|message| message.value()).ok_or_else(String::new)?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
    if errors.is_empty() { Ok(text) } else { Err(text) }
}

/// The text without spaces at the ends of lines and without more than one empty line in a row.
pub(crate) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !tidy.is_empty() {
            tidy.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        empty_lines = 0;
        tidy.push_str(line);
    }
    tidy
}

/// The text as one line.
pub(crate) fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
