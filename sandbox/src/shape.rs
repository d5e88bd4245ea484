//! What a JSON body must look like, as data: members with their types, which are required, and that no other is there.
//! Says what is wrong and where; each partner puts it into its own words.

use chrono::DateTime;
use serde_json::Value;

/// Mistakes that are reported for one body.
const MISTAKES_MAX: usize = 10;
/// Longest text, in bytes.
const TEXT_BYTES_MAX: usize = 100 * 1_024;

/// What a value must be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// A text.
    Text,
    /// This text.
    Word(&'static str),
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A moment as RFC 3339 has it.
    Moment,
    /// An object of anything.
    Open,
    /// Anything at all.
    Any,
    /// An object of these members and no other.
    Object(&'static [Member]),
    /// A list of so many at most.
    List(&'static Shape, usize),
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    name: &'static str,
    required: bool,
    nullable: bool,
    shape: Shape,
}

/// Declares a member that must be there.
pub(crate) const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, required: true, nullable: false, shape }
}

/// Declares a member that may be absent but not `null`.
pub(crate) const fn optional(name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, nullable: false, shape }
}

/// Declares a member that may be absent or `null`.
pub(crate) const fn nullable(name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, nullable: true, shape }
}

/// Something in a body that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Where: a JSON pointer to the member.
    pub(crate) pointer: String,
    /// What.
    pub(crate) problem: Problem,
}

/// What is wrong with a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It is required and not there.
    Missing(&'static str),
    /// There is no such member.
    Unknown(String),
    /// It is something else than this.
    NotA(&'static str),
    /// It has more than so many bytes or entries.
    TooLong(usize),
}

/// Returns what is wrong with `value`, at most [`MISTAKES_MAX`].
pub(crate) fn mistakes(value: &Value, shape: Shape) -> Vec<Mistake> {
    let mut found = Vec::new();
    check(value, shape, "", &mut found);
    found.truncate(MISTAKES_MAX);
    found
}

fn check(value: &Value, shape: Shape, pointer: &str, found: &mut Vec<Mistake>) {
    let mut note = |problem| found.push(Mistake { pointer: pointer.to_owned(), problem });
    match (shape, value) {
        (Shape::Text | Shape::Word(_) | Shape::Moment, Value::String(text)) if text.len() > TEXT_BYTES_MAX => {
            note(Problem::TooLong(TEXT_BYTES_MAX));
        }
        (Shape::Word(word), Value::String(text)) if text != word => note(Problem::NotA(word)),
        (Shape::Moment, Value::String(text)) if DateTime::parse_from_rfc3339(text).is_err() => {
            note(Problem::NotA("datetime"));
        }
        (Shape::Text | Shape::Word(_) | Shape::Moment, Value::String(_))
        | (Shape::Number, Value::Number(_))
        | (Shape::Flag, Value::Bool(_))
        | (Shape::Open, Value::Object(_))
        | (Shape::Any, _) => {}
        (Shape::List(_, entries_max), Value::Array(list)) if list.len() > entries_max => {
            note(Problem::TooLong(entries_max))
        }
        (Shape::List(each, _), Value::Array(list)) => {
            for (index, entry) in list.iter().enumerate() {
                if found.len() >= MISTAKES_MAX {
                    return;
                }
                check(entry, *each, &format!("{pointer}/{index}"), found);
            }
        }
        (Shape::Object(members), Value::Object(object)) => {
            for name in object.keys().filter(|name| !members.iter().any(|member| member.name == *name)) {
                found.push(Mistake { pointer: format!("{pointer}/{name}"), problem: Problem::Unknown(name.clone()) });
            }
            for member in members {
                let pointer = format!("{pointer}/{}", member.name);
                match object.get(member.name) {
                    Some(Value::Null) if member.nullable => {}
                    Some(value) => check(value, member.shape, &pointer, found),
                    None if member.required => found.push(Mistake { pointer, problem: Problem::Missing(member.name) }),
                    None => {}
                }
            }
        }
        _ => note(Problem::NotA(shape.name())),
    }
}

impl Shape {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Word(word) => word,
            Self::Number => "number",
            Self::Flag => "boolean",
            Self::Moment => "datetime",
            Self::Open | Self::Object(_) => "object",
            Self::List(..) => "array",
            Self::Any => "value",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const POINT: Shape = Shape::Object(&[required("x", Shape::Number), nullable("name", Shape::Text)]);
    const BODY: Shape = Shape::Object(&[required("points", Shape::List(&POINT, 2)), optional("at", Shape::Moment)]);

    #[test]
    fn each_mistake_is_found_where_it_is() {
        let found = |value: Value| {
            mistakes(&value, BODY).into_iter().map(|mistake| (mistake.pointer, mistake.problem)).collect::<Vec<_>>()
        };
        assert_eq!(found(json!({ "points": [{ "x": 1, "name": null }], "at": "2026-11-22T10:00:00Z" })), []);
        assert_eq!(found(json!([1])), [(String::new(), Problem::NotA("object"))]);
        assert_eq!(found(json!({})), [("/points".to_owned(), Problem::Missing("points"))]);
        let wrong = json!({ "points": [{ "x": "1", "y": 2 }], "at": "yesterday" });
        assert_eq!(
            found(wrong),
            [
                ("/points/0/y".to_owned(), Problem::Unknown("y".to_owned())),
                ("/points/0/x".to_owned(), Problem::NotA("number")),
                ("/at".to_owned(), Problem::NotA("datetime")),
            ]
        );
        let one = json!({ "x": 1 });
        assert_eq!(found(json!({ "points": [one, one, one] })), [("/points".to_owned(), Problem::TooLong(2))]);
        assert_eq!(found(json!({ "points": [], "at": null })), [("/at".to_owned(), Problem::NotA("datetime"))]);
    }

    #[test]
    fn the_number_of_mistakes_is_bounded() {
        let many: Vec<Value> = (0..1_000).map(|_| json!("wrong")).collect();
        assert_eq!(mistakes(&json!(many), Shape::List(&POINT, 10_000)).len(), MISTAKES_MAX);
    }
}
