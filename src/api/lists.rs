//! How lists are paged on the wire (contract/README §8): three forms of one [`Page`].
//!
//! v1 and the `object` form of v2 know no limit, so that 0 means everything; an answer is one message
//! in memory, and so it holds [`MOST_ITEMS`] at most: who wants more goes on with the offset, and the
//! total says how much there is. The `filter` form of v2 has a default and a maximum of its own.
//! Called by every operation that lists.

use crate::{
    api::details::wire_time,
    contract::pb::zitadel::{filter::v2 as filter, object::v2 as object, v1},
    domain::{AsOf, List, Page},
    error::{self, Error},
};

/// Items in one answer at most where the contract knows no limit.
pub(super) const MOST_ITEMS: u32 = 10_000;

/// Items in one answer of the `filter` form where none is asked for, and at most.
const FILTER_DEFAULT: u32 = 100;
const FILTER_MOST: u32 = 1000;

/// The page that a v1 list asks for; without a query everything from the beginning.
pub(super) fn page_v1(query: Option<v1::ListQuery>) -> Page {
    let query = query.unwrap_or_default();
    page(query.offset, query.limit, query.asc)
}

/// The page that a v2 list of the `object` form asks for.
pub(super) fn page_v2(query: Option<object::ListQuery>) -> Page {
    let query = query.unwrap_or_default();
    page(query.offset, query.limit, query.asc)
}

/// The page that a v2 list of the `filter` form asks for.
///
/// # Errors
/// INVALID QUERY-4M0fs above 1000 items.
pub(super) fn page_filter(pagination: Option<filter::PaginationRequest>) -> Result<Page, Error> {
    let pagination = pagination.unwrap_or_default();
    let limit = match pagination.limit {
        0 => FILTER_DEFAULT,
        limit if limit > FILTER_MOST => return Err(error::LIST_LIMIT_EXCEEDED.into()),
        limit => limit,
    };
    Ok(page(pagination.offset, limit, pagination.asc))
}

fn page(offset: u64, limit: u32, is_ascending: bool) -> Page {
    Page {
        offset: i64::try_from(offset).unwrap_or(i64::MAX),
        limit: match limit {
            0 => MOST_ITEMS,
            limit => limit.min(MOST_ITEMS),
        },
        is_ascending,
    }
}

/// What a v1 list tells about the whole.
pub(super) fn details_v1<T>(list: &List<T>) -> v1::ListDetails {
    let AsOf { position, time } = list.as_of;
    v1::ListDetails {
        total_result: list.total,
        processed_sequence: position,
        view_timestamp: Some(wire_time(time)),
    }
}

/// What a v2 list of the `object` form tells about the whole.
pub(super) fn details_v2<T>(list: &List<T>) -> object::ListDetails {
    let AsOf { position, time } = list.as_of;
    object::ListDetails {
        total_result: list.total,
        processed_sequence: position,
        timestamp: Some(wire_time(time)),
    }
}

/// What a v2 list of the `filter` form tells about the whole, and the limit that held.
pub(super) fn pagination<T>(list: &List<T>, page: Page) -> filter::PaginationResponse {
    filter::PaginationResponse {
        total_result: list.total,
        applied_limit: page.limit.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_means_as_much_as_an_answer_may_hold() {
        let whole = page_v1(None);
        assert_eq!((whole.offset, whole.limit), (0, MOST_ITEMS));
        assert!(!whole.is_ascending);
        let asked = object::ListQuery {
            offset: u64::MAX,
            limit: u32::MAX,
            asc: true,
        };
        let page = page_v2(Some(asked));
        assert_eq!((page.offset, page.limit), (i64::MAX, MOST_ITEMS));
        assert!(page.is_ascending);
    }

    #[test]
    fn the_filter_form_has_a_default_and_a_maximum() {
        let limit = |limit| {
            let pagination = filter::PaginationRequest {
                limit,
                ..filter::PaginationRequest::default()
            };
            page_filter(Some(pagination)).map(|page| page.limit)
        };
        assert_eq!(page_filter(None).map(|page| page.limit).ok(), Some(100));
        assert_eq!(limit(0).ok(), Some(100));
        assert_eq!(limit(1000).ok(), Some(1000));
        let refused = limit(1001).err().and_then(|refused| refused.id);
        assert_eq!(refused, Some("QUERY-4M0fs"));
    }
}
