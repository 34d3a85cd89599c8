//! Searches against the same language without an index, over names with every trap.

#![allow(clippy::unwrap_used)]

mod people;
mod plans;
mod unindexed;

use std::collections::BTreeSet;

use people::database;
use unindexed::{is_wanted, text_of};

use super::*;
use crate::domain::{Comparison, MetadataCondition, TextMatch, UserState, UserText};

const METHODS: [Comparison; 4] = [
    Comparison::Equals,
    Comparison::StartsWith,
    Comparison::Contains,
    Comparison::EndsWith,
];

const TEXTS: [UserText; 6] = [
    UserText::UserName,
    UserText::FirstName,
    UserText::LastName,
    UserText::NickName,
    UserText::DisplayName,
    UserText::Email,
];

fn all_users(tx: &ReadTx<'_>) -> Vec<User> {
    (1..=1200)
        .filter_map(|row| tx.user_in_row(row).unwrap())
        .collect()
}

fn search(scope: UserScope, condition: UserCondition) -> UserSearch {
    UserSearch {
        scope,
        condition,
        order: None,
        page: Page {
            offset: 0,
            limit: 10_000,
            is_ascending: true,
        },
    }
}

fn org(org: i64) -> UserScope {
    UserScope::Orgs {
        orgs: vec![org],
        and_user: None,
    }
}

fn text(text: UserText, comparison: Comparison, ignores_case: bool, wanted: &str) -> UserCondition {
    UserCondition::Text(text, matching(comparison, ignores_case, wanted))
}

fn matching(comparison: Comparison, ignores_case: bool, wanted: &str) -> TextMatch {
    TextMatch {
        text: wanted.to_owned(),
        comparison,
        ignores_case,
    }
}

#[track_caller]
fn agrees(tx: &ReadTx<'_>, users: &[User], condition: &UserCondition) {
    let both = UserScope::Orgs {
        orgs: vec![1, 2],
        and_user: None,
    };
    for (scope, seen) in [
        (org(1), vec![1]),
        (org(2), vec![2]),
        (both, vec![1, 2]),
        (UserScope::Everyone, vec![1, 2]),
    ] {
        let search = search(scope, condition.clone());
        let (rows, total) = tx.search_user_rows(&search).unwrap();
        let expected: Vec<_> = users
            .iter()
            .filter(|user| seen.contains(&user.aggregate.owner) && is_wanted(condition, user))
            .map(|user| user.aggregate.row)
            .collect();
        assert_eq!(rows, expected, "{condition:?} in {seen:?}");
        assert_eq!(total, expected.len() as u64, "{condition:?} in {seen:?}");
    }
}

#[test]
fn texts_are_found_by_every_method_as_without_an_index() {
    let connection = database();
    let tx = ReadTx {
        connection: &connection,
    };
    let users = all_users(&tx);
    let wanted = [
        "",
        "a",
        "A",
        "an",
        "Ann",
        "anna",
        "ANNA",
        "Zoë",
        "zoË",
        "ö",
        "ÖD",
        "οδος",
        "ΟΔΟΣ",
        "οδ",
        "ς",
        "i",
        "İ",
        "0%",
        "%",
        "_",
        "a_b",
        "\\",
        "q\\",
        "'",
        "\"",
        "MÜLLER",
        "müll",
        "李",
        "σίσυφοσ",
        "er Berg",
        "com",
        "user12@example.com",
        "User12@Example.com",
        "@example",
        ".",
        "nothing like that",
        "a\0b",
        "\0",
        "\u{3}",
        "lovelace ada lovelace ada lovelace ada lovelace",
    ];
    for column in TEXTS {
        for comparison in METHODS {
            for ignores_case in [false, true] {
                for wanted in wanted {
                    agrees(&tx, &users, &text(column, comparison, ignores_case, wanted));
                }
            }
        }
    }
    for comparison in METHODS {
        for wanted in ["", "+", "+4179", "+41790000012", "12", "0000123", "%"] {
            agrees(
                &tx,
                &users,
                &UserCondition::Phone(matching(comparison, false, wanted)),
            );
        }
    }
}

#[test]
fn conditions_combine_as_without_an_index() {
    let connection = database();
    let tx = ReadTx {
        connection: &connection,
    };
    let users = all_users(&tx);
    let locked = UserCondition::State(UserState::Locked);
    let active = UserCondition::State(UserState::Active);
    let machine = UserCondition::IsHuman(false);
    let human = UserCondition::IsHuman(true);
    let ids = UserCondition::Ids(vec![
        "7".into(),
        "8".into(),
        "nobody".into(),
        "8".into(),
        "8\0".into(),
    ]);
    let emails =
        UserCondition::Emails(vec!["User8@Example.com".into(), "user9@example.org".into()]);
    let anna = text(UserText::FirstName, Comparison::Equals, true, "anna");
    let muell = text(UserText::LastName, Comparison::StartsWith, true, "müll");
    let lace = text(UserText::DisplayName, Comparison::Contains, true, "lace");
    let one = text(UserText::UserName, Comparison::Contains, true, "1");
    let phone = UserCondition::Phone(matching(Comparison::EndsWith, false, "7"));
    let shoe = UserCondition::Metadata(MetadataCondition::Key(matching(
        Comparison::Equals,
        true,
        "SHOE",
    )));
    let in_2 = UserCondition::Org("org2".into());
    let nowhere = UserCondition::Org("org3".into());
    let all = [
        &locked, &active, &machine, &human, &ids, &emails, &anna, &muell, &lace, &one, &phone,
        &shoe, &in_2, &nowhere,
    ];
    let not = |part: &UserCondition| UserCondition::Not(Box::new(part.clone()));
    for a in all {
        agrees(&tx, &users, a);
        agrees(&tx, &users, &not(a));
        for b in all {
            let both = vec![a.clone(), b.clone()];
            agrees(&tx, &users, &UserCondition::All(both.clone()));
            agrees(&tx, &users, &UserCondition::Any(both.clone()));
            let mixed = vec![UserCondition::Any(both), not(b), lace.clone()];
            agrees(&tx, &users, &UserCondition::All(mixed));
        }
    }
    agrees(&tx, &users, &UserCondition::All(vec![]));
    agrees(&tx, &users, &UserCondition::Any(vec![]));
}

#[test]
fn metadata_conditions_that_must_all_hold_hold_for_one_entry() {
    let connection = database();
    let tx = ReadTx {
        connection: &connection,
    };
    let key = |comparison, key| {
        UserCondition::Metadata(MetadataCondition::Key(matching(comparison, false, key)))
    };
    let is = |value: &str| UserCondition::Metadata(MetadataCondition::ValueIs(value.into()));
    let is_not = |value: &str| UserCondition::Metadata(MetadataCondition::ValueIsNot(value.into()));
    let total = |parts: &[UserCondition]| {
        let condition = UserCondition::All(parts.to_vec());
        tx.search_users(&search(UserScope::Everyone, condition))
            .unwrap()
            .total
    };
    let everyone_with_hat = total(&[key(Comparison::Equals, "hat")]);
    assert!(everyone_with_hat > 350);
    assert_eq!(
        total(&[key(Comparison::StartsWith, "h"), is("size 1")]),
        everyone_with_hat
    );
    assert_eq!(total(&[key(Comparison::Equals, "hat"), is("size 7")]), 0);
    let size_7 = total(&[is("size 7")]);
    assert!(size_7 > 5 && size_7 < 20, "{size_7}");
    assert_eq!(
        total(&[key(Comparison::EndsWith, "oe"), is("size 7")]),
        size_7
    );
    let either = UserCondition::Any(vec![is("size 7"), is("size 10")]);
    assert!(total(&[key(Comparison::Equals, "Shoe"), either.clone()]) > size_7);
    assert_eq!(total(&[key(Comparison::Equals, "hat"), either]), 0);
    assert_eq!(
        total(&[key(Comparison::Equals, "hat"), is_not("size 1")]),
        0
    );
    let without = UserCondition::Not(Box::new(key(Comparison::Equals, "hat")));
    assert_eq!(
        total(&[without]) + everyone_with_hat,
        all_users(&tx).len() as u64
    );
}

#[test]
fn pages_of_an_order_make_up_the_whole() {
    let connection = database();
    let tx = ReadTx {
        connection: &connection,
    };
    let orders = TEXTS.map(UserOrder::Text);
    let others = [UserOrder::State, UserOrder::Kind, UserOrder::CreatedAt];
    let everything = UserCondition::All(vec![]);
    let some = text(UserText::Email, Comparison::Contains, true, "@example.o");
    for order in orders.into_iter().chain(others).map(Some).chain([None]) {
        for condition in [&everything, &some] {
            for (scope, is_ascending) in [
                (org(1), true),
                (org(1), false),
                (UserScope::Everyone, false),
                (org(2), true),
            ] {
                let mut search = search(scope, condition.clone());
                search.order = order;
                search.page.is_ascending = is_ascending;
                let rows = |list: &List<User>| {
                    list.items
                        .iter()
                        .map(|user| user.aggregate.row)
                        .collect::<Vec<_>>()
                };
                let whole = tx.search_users(&search).unwrap();
                let whole_rows = rows(&whole);
                assert_eq!(
                    whole_rows.iter().collect::<BTreeSet<_>>().len(),
                    whole_rows.len()
                );
                let mut pages = Vec::new();
                search.page.limit = 500;
                for offset in (0..2000).step_by(500) {
                    search.page.offset = offset;
                    let page = tx.search_users(&search).unwrap();
                    assert_eq!(page.total, whole.total, "{order:?} {offset}");
                    pages.extend(rows(&page));
                }
                assert_eq!(pages, whole_rows, "{order:?}");
                if let Some(UserOrder::Text(column)) = order {
                    let keys: Vec<_> = whole
                        .items
                        .iter()
                        .map(|user| text_of(user, column).map(crate::domain::search_key))
                        .map(|key| (key.is_none(), key))
                        .collect();
                    assert!(
                        keys.is_sorted_by(|a, b| if is_ascending { a <= b } else { a >= b }),
                        "{column:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn one_more_user_is_seen_wherever_it_belongs() {
    let connection = database();
    let tx = ReadTx {
        connection: &connection,
    };
    let stranger = tx.user("7").unwrap().unwrap().aggregate;
    assert_eq!(stranger.owner, 2);
    for orgs in [vec![], vec![1], vec![1, 2]] {
        let users: i64 = orgs
            .iter()
            .map(|org| {
                all_users(&tx)
                    .iter()
                    .filter(|user| user.aggregate.owner == *org)
                    .count() as i64
            })
            .sum();
        let has = orgs.contains(&2);
        let scope = UserScope::Orgs {
            orgs,
            and_user: Some(stranger.row),
        };
        let found = tx
            .search_users(&search(scope.clone(), UserCondition::All(vec![])))
            .unwrap();
        assert_eq!(found.total as i64, users + i64::from(!has));
        assert!(found.items.iter().any(|user| user.aggregate.id == "7"));
        let email = text(
            UserText::Email,
            Comparison::Equals,
            false,
            "User7@Example.org",
        );
        assert_eq!(
            tx.search_users(&search(scope.clone(), email))
                .unwrap()
                .total,
            1
        );
        let narrowed = UserCondition::All(vec![UserCondition::Org("org1".into())]);
        let found = tx.search_users(&search(scope, narrowed)).unwrap();
        assert!(found.items.iter().all(|user| user.aggregate.owner == 1));
    }
}

#[test]
fn what_is_kept_for_searches_follows_the_users() {
    let connection = database();
    let fresh = "SELECT count(*) FROM user_counts c WHERE users <>
        (SELECT count(*) FROM users u WHERE u.org = c.org AND u.kind = c.kind AND u.state = c.state)";
    let wrong: i64 = connection.query_row(fresh, [], |row| row.get(0)).unwrap();
    assert_eq!(wrong, 0);
    let tx = ReadTx {
        connection: &connection,
    };
    let total: i64 = connection
        .query_row("SELECT sum(users) FROM user_counts", [], |row| row.get(0))
        .unwrap();
    assert_eq!(total as usize, all_users(&tx).len());
    // The first version's triggers are not there when its users are taken over: the same comes out.
    connection
        .execute_batch("CREATE TABLE kept AS SELECT * FROM user_search;")
        .unwrap();
    let backfill = include_str!("../migrations/2.sql");
    let start = backfill.find("INSERT INTO user_search").unwrap();
    let end = start + backfill[start..].find(';').unwrap() + 1;
    connection.execute_batch("DELETE FROM user_search").unwrap();
    connection.execute_batch(&backfill[start..end]).unwrap();
    let differences =
        "SELECT (SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM user_search))
        + (SELECT count(*) FROM (SELECT * FROM user_search EXCEPT SELECT * FROM kept))";
    let differences: i64 = connection
        .query_row(differences, [], |row| row.get(0))
        .unwrap();
    assert_eq!(differences, 0);
}
