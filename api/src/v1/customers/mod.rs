//! Customers of a merchant.

mod get_points;

/// The operations: a tuple of their types.
pub(crate) type Api = get_points::GetPoints;
