//! Tests of the texts themselves: every language, every message, every placeholder, every plural category.

mod completeness;
mod hostile;
mod rendering;
