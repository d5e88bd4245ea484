//! What partners and administrators read. One endpoint a file.

mod health;
mod points;
mod retries;

use domain::LogId;

pub(crate) use health::HealthApi;
pub(crate) use points::PointsApi;
pub(crate) use retries::RetriesApi;

use crate::error::{ApiError, Code};

/// Rows of a page when the caller does not say.
const PAGE_ROWS_DEFAULT: u32 = 20;

/// Checks a cursor: the id of the last row of the page before.
fn cursor(text: Option<&str>) -> Result<Option<&str>, ApiError> {
    // Every id of ours is a ULID; which row it was does not matter.
    match text {
        Some(text) if LogId::parse(text).is_err() => {
            Err(ApiError::new(Code::InvalidParameter, "cursor is not one that was given by a page before"))
        }
        other => Ok(other),
    }
}

/// Cuts the row that was fetched beyond the page; it only says that there is a next page, which begins after the last.
fn page<T>(rows: &mut Vec<T>, limit: u32, id: impl Fn(&T) -> &str) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(|row| id(row).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_where_the_next_begins() {
        let mut rows: Vec<String> = (0..3).map(|n| n.to_string()).collect();
        assert_eq!(page(&mut rows, 3, |row| row), None);
        assert_eq!(page(&mut rows, 2, |row| row), Some("1".to_owned()));
        assert_eq!(rows, ["0", "1"]);
    }

    #[test]
    fn only_ids_are_cursors() {
        assert_eq!(cursor(None), Ok(None));
        assert!(cursor(Some("01JD8Q3VN7Z9M0A2B4C6D8E0F1")).is_ok());
        assert_eq!(cursor(Some("'; --")).unwrap_err().code, Code::InvalidParameter);
    }
}
