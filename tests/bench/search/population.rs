//! Fills a database through the store, a thousand users a transaction, as the operations would.

use std::path::Path;

use belfry::{
    clock::Clock,
    domain::{Aggregate, Email, Event, Gender, Language, Machine, Name, PhoneNumber, UserState},
    ids::IdGenerator,
    store::{NewHuman, NewUser, OrgRef, Refusal, Stamp, Store, StoreOptions, WriteTx},
};

use super::names::person;

/// Organizations besides the first.
pub const SMALL_ORGS: usize = 50;
/// One of so many users is in a small organization, locked, a machine, or has metadata.
pub const ELSEWHERE: usize = 10;
const LOCKED: usize = 500;
const MACHINE: usize = 200;
const METADATA: usize = 50;

/// Users made in one transaction.
const BATCH: usize = 1000;

/// Adds users; the ids by number, and the id of one small organization.
pub fn fill(database: &Path, users: usize) -> (Vec<String>, String) {
    let store = Store::open_for_server(&StoreOptions::new(database.to_owned())).unwrap();
    let clock = Clock::default();
    let ids = IdGenerator::default();
    let stamp = || Stamp {
        now: clock.now(),
        editor: "bench".to_owned(),
    };
    let orgs = store.write_blocking(stamp(), add_orgs).unwrap();
    let user_ids: Vec<String> = (0..users)
        .map(|_| ids.next(clock.now()).to_string())
        .collect();
    for (index, batch) in user_ids.chunks(BATCH).enumerate() {
        let batch = batch.to_vec();
        let orgs = orgs.clone();
        let add = move |tx: &WriteTx<'_>| {
            for (place, id) in batch.into_iter().enumerate() {
                add_user(tx, index * BATCH + place, id, &orgs)?;
            }
            Ok(())
        };
        store.write_blocking(stamp(), add).unwrap();
    }
    (user_ids, orgs[1].id.clone())
}

/// The first organization and the small ones.
fn add_orgs(tx: &WriteTx<'_>) -> Result<Vec<OrgRef>, Refusal> {
    let instance = tx
        .instance()?
        .ok_or_else(|| belfry::error::Error::internal("no instance"))?;
    let mut orgs = vec![instance.default_org];
    for number in 0..SMALL_ORGS {
        let org = tx.insert_org(format!("org{number}"), format!("Organization {number}"))?;
        orgs.push(OrgRef {
            row: org.aggregate.row,
            id: org.aggregate.id,
        });
    }
    Ok(orgs)
}

fn add_user(tx: &WriteTx<'_>, number: usize, id: String, orgs: &[OrgRef]) -> Result<(), Refusal> {
    let org = match number % ELSEWHERE {
        0 => &orgs[1 + number / ELSEWHERE % SMALL_ORGS],
        _ => &orgs[0],
    };
    let person = person(number);
    let aggregate = Aggregate::new_user(id, org.row, org.id.clone(), 0, tx.stamp.now);
    let is_machine = number % MACHINE == 1;
    let mut user = NewUser {
        aggregate,
        state: if number % LOCKED == 2 {
            UserState::Locked
        } else {
            UserState::Active
        },
        user_name: person.user_name.clone(),
        human: None,
        machine: None,
    };
    if is_machine {
        user.aggregate.push(Event::MachineAdded {
            user_name: person.user_name,
            name: person.family.clone(),
            description: String::new(),
            access_token_type: 0,
        });
        user.machine = Some(Machine {
            name: person.family,
            description: String::new(),
            access_token_type: 0,
            has_secret: false,
        });
    } else {
        let display = format!("{} {}", person.given, person.family);
        user.aggregate.push(Event::HumanAdded {
            user_name: person.user_name,
            first_name: person.given.to_owned(),
            last_name: person.family.clone(),
            nick_name: String::new(),
            display_name: display.clone(),
            preferred_language: String::new(),
            gender: 0,
            email: person.email.clone(),
            phone: Some(person.phone.clone()),
            change_required: false,
        });
        user.aggregate.push(Event::EmailVerified);
        user.human = Some(NewHuman {
            name: Name {
                first: person.given.to_owned(),
                last: person.family,
                nick: String::new(),
                display,
            },
            preferred_language: Language::parse(""),
            gender: Gender::Unspecified,
            email: Email {
                address: person.email,
                is_verified: true,
            },
            code: None,
            phone: Some(PhoneNumber::from_normalized(person.phone)),
            password_hash: None,
            password_change_required: false,
        });
    }
    tx.insert_user(&mut user)?;
    if number % METADATA == 3 {
        let value = format!("customer {number}");
        tx.save_metadata(user.aggregate.row, "customer", value.as_bytes(), 1)?;
    }
    Ok(())
}

/// Whether a person has metadata, and which value.
pub fn customer(number: usize) -> (usize, String) {
    let number = number / METADATA * METADATA + 3;
    (number, format!("customer {number}"))
}
