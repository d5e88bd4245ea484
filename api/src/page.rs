//! Pages of a list: how many rows, after which row, and where the next page begins. A cursor is opaque to callers and good
//! for the list that made it only; it selects rows of the caller's own merchant, so that it needs no signature.

use std::fmt::Display;

use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::error::{ApiError, Code};
use crate::openapi::{described, parameters};

/// Rows of a page when the caller does not say.
const PAGE_ROWS_DEFAULT: u32 = 20;
/// Rows of a page at most.
const PAGE_ROWS_MAX: u32 = 100;
/// Longest cursor that is read.
const CURSOR_CHARS_MAX: usize = 256;
/// Begins every cursor, so that its form can change.
const CURSOR_VERSION: &str = "2";
/// The characters of an id of ours, as a part of a regular expression: for [`List::KEY_PATTERN`].
pub(crate) const ID_KEY_PATTERN: &str = "[0-9A-HJKMNP-TV-Z]{26}";

/// A list that is read page by page.
pub(crate) trait List: Send + Sync {
    /// Distinguishes its cursors from those of other lists.
    const NAME: &'static str;
    /// What its rows are ordered by.
    type Key: Display + Send + Sync;

    /// What displayed keys look like, as a part of a regular expression: every text that it matches can be read.
    const KEY_PATTERN: &'static str;

    /// Reads a key as it was displayed.
    fn key(text: &str) -> Option<Self::Key>;
}

/// The page that a caller asks for: the query parameters `limit` and `cursor`.
#[derive(Debug)]
pub(crate) struct Page<L: List> {
    limit: u32,
    /// The key of the last row of the page before.
    pub(crate) after: Option<L::Key>,
}

impl<L: List> Page<L> {
    /// The first page of the usual size.
    #[cfg(test)]
    pub(crate) fn first() -> Self {
        Self { limit: PAGE_ROWS_DEFAULT, after: None }
    }

    fn parse(limit: Option<&str>, cursor: Option<&str>) -> Result<Self, ApiError> {
        let invalid = |message: String| ApiError::new(Code::InvalidParameter, message);
        let limit = match limit {
            None => PAGE_ROWS_DEFAULT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=PAGE_ROWS_MAX).contains(limit) && text.bytes().all(|byte| byte.is_ascii_digit()))
                .ok_or_else(|| invalid(format!("limit must be from 1 to {PAGE_ROWS_MAX}")))?,
        };
        let after = match cursor {
            None => None,
            Some(text) => {
                Some(Self::key_of(text).ok_or_else(|| invalid("cursor is not a next_cursor of this list".to_owned()))?)
            }
        };
        Ok(Self { limit, after })
    }

    fn key_of(cursor: &str) -> Option<L::Key> {
        if cursor.len() > CURSOR_CHARS_MAX {
            return None;
        }
        let (version, rest) = cursor.split_once('.')?;
        let (list, key) = rest.split_once('.')?;
        if version != CURSOR_VERSION || list != L::NAME {
            return None;
        }
        L::key(key)
    }

    fn cursor_of(key: &L::Key) -> String {
        format!("{CURSOR_VERSION}.{}.{key}", L::NAME)
    }

    /// How many rows to read: one more than the page has, which only says that there is a next page.
    pub(crate) fn rows_max(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Cuts what was read beyond the page, and returns the cursor of the next page if there is one.
    pub(crate) fn cut<T>(&self, rows: &mut Vec<T>, key: impl Fn(&T) -> L::Key) -> Option<String> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if rows.len() <= limit {
            return None;
        }
        rows.truncate(limit);
        rows.last().map(|row| Self::cursor_of(&key(row)))
    }
}

impl<'a, L: List> ApiExtractor<'a> for Page<L> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Query)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        let limit = MetaSchema {
            minimum: Some(1.0),
            maximum: Some(f64::from(PAGE_ROWS_MAX)),
            default: Some(PAGE_ROWS_DEFAULT.into()),
            format: Some("int32"),
            ..described("integer", "Rows of the page.")
        };
        let cursor = MetaSchema {
            max_length: Some(CURSOR_CHARS_MAX),
            pattern: Some(format!("^{CURSOR_VERSION}[.]{}[.]{}$", L::NAME, L::KEY_PATTERN)),
            ..described("string", "`next_cursor` of the page before; without it, the list begins.")
        };
        Some(parameters(vec![("limit", limit), ("cursor", cursor)]))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let query: Vec<(String, String)> = request.params().unwrap_or_default();
        let find = |name: &str| query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        Ok(Self::parse(find("limit"), find("cursor"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Numbers;

    impl List for Numbers {
        const NAME: &'static str = "numbers";
        type Key = i64;
        const KEY_PATTERN: &'static str = "[0-9]{1,18}";

        fn key(text: &str) -> Option<i64> {
            text.parse().ok()
        }
    }

    #[derive(Debug)]
    struct Others;

    impl List for Others {
        const NAME: &'static str = "others";
        type Key = i64;
        const KEY_PATTERN: &'static str = "[0-9]{1,18}";

        fn key(text: &str) -> Option<i64> {
            text.parse().ok()
        }
    }

    #[test]
    fn a_page_ends_where_the_next_begins() {
        let page = Page::<Numbers>::parse(Some("2"), None).unwrap();
        assert_eq!((page.rows_max(), page.after), (3, None));
        let mut rows = vec![9, 8, 7];
        let next = page.cut(&mut rows, |row| *row).unwrap();
        assert_eq!(rows, [9, 8]);
        let page = Page::<Numbers>::parse(None, Some(&next)).unwrap();
        assert_eq!((page.limit, page.after), (PAGE_ROWS_DEFAULT, Some(8)));
        assert_eq!(page.cut(&mut vec![7], |row| *row), None);
    }

    #[test]
    fn only_cursors_of_the_same_list_are_taken() {
        let cursor = Page::<Numbers>::cursor_of(&8);
        assert!(Page::<Numbers>::parse(None, Some(&cursor)).is_ok());
        assert_eq!(Page::<Others>::parse(None, Some(&cursor)).unwrap_err().code, Code::InvalidParameter);
        let other_version = "1.numbers.8";
        let no_key = "2.numbers.x";
        for bad in ["", "'; --", "8", "é", other_version, no_key, &"A".repeat(1_000)] {
            assert_eq!(Page::<Numbers>::parse(None, Some(bad)).unwrap_err().code, Code::InvalidParameter, "{bad}");
        }
    }

    #[test]
    fn the_limit_is_a_number_within_its_bounds() {
        for good in ["1", "100"] {
            assert!(Page::<Numbers>::parse(Some(good), None).is_ok());
        }
        for bad in ["", "0", "101", "-1", "+1", " 1", "1.0", "x", "99999999999999999999"] {
            assert_eq!(Page::<Numbers>::parse(Some(bad), None).unwrap_err().code, Code::InvalidParameter, "{bad}");
        }
    }
}
