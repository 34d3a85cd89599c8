//! What SQLite does for a search: nothing that an index finds is read from one end to the other.

use super::*;

/// The lines of the plan of a search's page and of its count.
fn plans(tx: &ReadTx<'_>, search: &UserSearch) -> Vec<String> {
    let scope = tx.narrowed(&search.scope, &search.condition).unwrap();
    let start = tx.start(&scope, &search.condition).unwrap();
    let mut count = Sql::default();
    count.push("SELECT count(*) FROM user_search s WHERE ");
    write_where(&mut count, search, &scope, start);
    let mut plan = Vec::new();
    for mut sql in [page(search, &scope, start), count] {
        sql.text.insert_str(0, "EXPLAIN QUERY PLAN ");
        plan.extend(tx.select(&sql, |row| row.get::<_, String>(3)).unwrap());
    }
    plan
}

/// Reads from one end to the other; a virtual table and the values of a list are no such thing.
fn is_scan(line: &str) -> bool {
    line.starts_with("SCAN") && !line.contains("VIRTUAL TABLE") && !line.contains("CONSTANT ROW")
}

#[test]
fn what_an_index_finds_is_never_scanned_for() {
    let connection = database();
    let tx = ReadTx {
        connection: &connection,
    };
    let mut conditions = Vec::new();
    for column in TEXTS {
        for ignores_case in [false, true] {
            for (comparison, wanted) in [
                (Comparison::Equals, "anna"),
                (Comparison::StartsWith, "a"),
                (Comparison::Contains, "nn"),
                (Comparison::Contains, "anna"),
                (Comparison::EndsWith, "a"),
                (Comparison::EndsWith, "anna"),
            ] {
                conditions.push(text(column, comparison, ignores_case, wanted));
            }
        }
    }
    conditions.extend([
        UserCondition::Phone(matching(Comparison::Equals, false, "+41790000012")),
        UserCondition::Phone(matching(Comparison::StartsWith, false, "+4179")),
        UserCondition::Ids(vec!["7".into()]),
        UserCondition::Emails(vec!["User8@Example.com".into()]),
        UserCondition::State(UserState::Locked),
        UserCondition::IsHuman(false),
        UserCondition::Metadata(MetadataCondition::ValueIs(b"size 1".to_vec())),
        UserCondition::Metadata(MetadataCondition::Key(matching(
            Comparison::Equals,
            false,
            "hat",
        ))),
    ]);
    let single = conditions.clone();
    let active = UserCondition::All(vec![
        UserCondition::State(UserState::Active),
        UserCondition::IsHuman(true),
    ]);
    for condition in &single {
        let not = UserCondition::Not(Box::new(condition.clone()));
        conditions.push(UserCondition::All(vec![
            condition.clone(),
            active.clone(),
            not,
        ]));
    }
    for pair in single.windows(2) {
        conditions.push(UserCondition::Any(pair.to_vec()));
        conditions.push(UserCondition::All(pair.to_vec()));
        conditions.push(UserCondition::All(vec![
            UserCondition::Any(pair.to_vec()),
            active.clone(),
        ]));
    }
    let several = UserScope::Orgs {
        orgs: vec![1, 2],
        and_user: Some(5),
    };
    for condition in conditions {
        for scope in [org(1), several.clone(), UserScope::Everyone] {
            for order in [
                None,
                Some(UserOrder::CreatedAt),
                Some(UserOrder::Text(UserText::LastName)),
            ] {
                let mut search = search(scope.clone(), condition.clone());
                search.order = order;
                let plan = plans(&tx, &search);
                assert!(
                    !plan.iter().any(|line| is_scan(line)),
                    "{condition:?} {order:?}: {plan:#?}"
                );
            }
        }
    }
}

#[test]
fn an_order_alone_is_walked_by_its_index_and_nothing_is_sorted() {
    let connection = database();
    let tx = ReadTx {
        connection: &connection,
    };
    let orders = TEXTS.map(UserOrder::Text).into_iter().chain([
        UserOrder::State,
        UserOrder::Kind,
        UserOrder::CreatedAt,
    ]);
    for order in orders.map(Some).chain([None]) {
        for (scope, is_ascending) in [
            (org(1), false),
            (org(1), true),
            (UserScope::Everyone, false),
        ] {
            let mut search = search(scope, UserCondition::All(vec![]));
            search.order = order;
            search.page.is_ascending = is_ascending;
            let plan = plans(&tx, &search);
            assert!(
                !plan.iter().any(|line| line.contains("TEMP B-TREE")),
                "{order:?}: {plan:#?}"
            );
            let walked = plan
                .iter()
                .any(|line| line.contains("COVERING INDEX") || line == "SCAN s");
            assert!(walked, "{order:?}: {plan:#?}");
        }
    }
    let few = plans(
        &tx,
        &search(
            org(2),
            text(UserText::Email, Comparison::Contains, true, "x"),
        ),
    );
    assert!(!few.iter().any(|line| is_scan(line)), "{few:#?}");
}
