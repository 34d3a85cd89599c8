//! Lists: which part of one is wanted, and that part with what is known about the whole.
//!
//! Every listing operation of the API says its page in one of three wire forms; `api::lists` makes a
//! [`Page`] of each, `store` answers with a [`List`], and `api::lists` tells its details.

use crate::clock::Timestamp;

/// The part of a list that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many items are skipped.
    pub offset: i64,
    /// How many items at most, never 0.
    pub limit: u32,
    /// Ascending instead of descending; says nothing where no order was asked for.
    pub is_ascending: bool,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct List<T> {
    /// The items of the page, in order.
    pub items: Vec<T>,
    /// How many items the whole list has.
    pub total: u64,
    /// The state of the database that was listed.
    pub as_of: AsOf,
}

/// A state of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// The position of its last event; 0 without any.
    pub position: u64,
    /// The time of its last event.
    pub time: Timestamp,
}

impl<T> List<T> {
    /// The page of a whole list that is at hand.
    pub fn cut(whole: Vec<T>, page: Page, as_of: AsOf) -> Self {
        let total = whole.len() as u64;
        let offset = usize::try_from(page.offset).unwrap_or(0);
        let rest = whole.into_iter().skip(offset);
        Self {
            items: rest.take(page.limit as usize).collect(),
            total,
            as_of,
        }
    }

    /// The same list with its items in another form.
    pub fn map<U>(self, form: impl FnMut(T) -> U) -> List<U> {
        List {
            items: self.items.into_iter().map(form).collect(),
            total: self.total,
            as_of: self.as_of,
        }
    }
}
