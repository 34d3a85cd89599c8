//! Organizations: made by whoever has org.create, owned by their maker.

pub mod add_org;
