//! The users that are searched: twelve hundred with names that hold every trap.

use rusqlite::{Connection, params};

use crate::store::{migrations, sql_functions};

/// Names with every trap: wildcards, other alphabets, letters that change their length or place.
const FIRST: [&str; 10] = [
    "Ada", "ANNA", "anna", "Ödön", "ΟΔΟΣ", "İpek", "10%", "a_b", "Jean-Luc", "q\\w",
];
const LAST: [&str; 8] = [
    "Lovelace",
    "Müller",
    "MÜLLER",
    "van der Berg",
    "Łukasiewicz",
    "Σίσυφος",
    "李",
    "O'Brien",
];

/// A database with a large organization in row 1 and a small one in row 2, some of the users removed.
pub(super) fn database() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    sql_functions::register(&connection).unwrap();
    migrations::run(&mut connection).unwrap();
    for org in 1..=2 {
        let insert = "INSERT INTO orgs VALUES (?1, ?2, ?2, ?2, 1, 1, 0, 0)";
        connection
            .execute(insert, params![org, format!("org{org}")])
            .unwrap();
    }
    for user in 0..1200_usize {
        let org = if user % 100 == 7 { 2 } else { 1 };
        let (first, last) = (FIRST[user % 10], LAST[user / 10 % 8]);
        let kind = if user % 50 == 3 { 2 } else { 1 };
        let human = |text: String| (kind == 1).then_some(text);
        let state = [1, 1, 1, 1, 1, 1, 2, 4, 6, 1][user / 7 % 10];
        let insert = "INSERT INTO users (id, org, kind, state, sequence, created_at, changed_at, phone, user_name,
                 user_name_key, first_name, last_name, nick_name, display_name, preferred_language, gender, email,
                 machine_name, description, access_token_type)
             VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', 0, ?13, 'm', '', 0)";
        connection
            .execute(
                insert,
                params![
                    user.to_string(),
                    org,
                    kind,
                    state,
                    (user * 7919 % 1200) as i64,
                    human(format!("+4179{user:07}")),
                    format!("{first}.{user}"),
                    format!("{user}"),
                    human(first.to_owned()),
                    human(last.to_owned()),
                    human(if user % 3 == 0 {
                        first.to_uppercase()
                    } else {
                        String::new()
                    }),
                    human(format!("{first} {last}")),
                    human(format!("User{user}@Example.{}", ["com", "org"][user % 2])),
                ],
            )
            .unwrap();
    }
    connection
        .execute_batch(
            "UPDATE users SET state = 3, user_name = NULL, user_name_key = NULL, first_name = NULL, last_name = NULL,
                 nick_name = NULL, display_name = NULL, email = NULL, phone = NULL WHERE row % 90 = 0;
             UPDATE users SET first_name = 'Zoë', state = 4 WHERE row % 91 = 0 AND kind = 1 AND state <> 3;",
        )
        .unwrap();
    for user in (1..1200_i64).step_by(3) {
        let insert = "INSERT OR IGNORE INTO user_metadata VALUES (?1, ?2, ?3, 1, 0, 0)";
        let size = format!("size {}", user % 40).into_bytes();
        connection
            .execute(insert, params![user, "Shoe", size])
            .unwrap();
        connection
            .execute(insert, params![user, "hat", b"size 1"])
            .unwrap();
    }
    connection
}
