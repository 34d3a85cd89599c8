//! Keys and client secrets of machine users: contract/users.md §2 and §4.

mod maker;

pub use maker::KeyMaker;
