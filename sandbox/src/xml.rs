//! The little XML that partners speak: text escaped, elements written, and elements found in a small body. No parser of XML.

/// Escapes text.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Returns an element with escaped text.
pub(crate) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// Returns what stands in the elements of that name, which have no attributes and none of their own name inside.
pub(crate) fn inside<'a>(body: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let after = body.split(open.as_str()).skip(1);
    after.filter_map(|rest| rest.split_once(close.as_str()).map(|(inner, _)| inner.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_as_they_were_written() {
        let body = format!("<A>{}{}</A>", element("B", "1 < 2"), element("B", "two"));
        assert_eq!(inside(&body, "B"), ["1 &lt; 2", "two"]);
        assert_eq!(inside(&body, "C"), [""; 0]);
    }
}
