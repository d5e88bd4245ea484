//! The e-mail's body as HTML: paragraphs, line breaks and one link, with language and direction, everything escaped.

use std::fmt::Write;

use crate::render::Rendered;

/// Returns the text with the characters that HTML reads as markup written as references. Fit for text and quoted attributes.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

impl Rendered {
    /// Returns the body and the call to action as an HTML fragment.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = format!("<div lang=\"{}\" dir=\"{}\">\n", self.lang, self.direction.as_str());
        for paragraph in self.body.split("\n\n") {
            let lines = escape_html(paragraph).replace('\n', "<br>\n");
            // Writing to a string does not fail.
            let _ = writeln!(html, "<p>{lines}</p>");
        }
        if let Some(action) = &self.action {
            let (url, label) = (escape_html(&action.url), escape_html(&action.label));
            let _ = writeln!(html, "<p><a href=\"{url}\">{label}</a></p>");
        }
        html.push_str("</div>\n");
        html
    }
}
