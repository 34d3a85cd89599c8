//! The table `users` as a whole: makes, reads and removes users.

use rusqlite::{Row, params};

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{
        Aggregate, AggregateType, CodePurpose, Email, Gender, Human, Kind, Language, Machine, Name,
        PendingCode, Phone, PhoneNumber, User, UserState,
    },
    error::Error,
};

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its identity; the row is set by [`WriteTx::insert_user`].
    pub aggregate: Aggregate,
    /// Its first state.
    pub state: UserState,
    /// Its user name.
    pub user_name: String,
    /// The human's columns, `None` for a machine.
    pub human: Option<NewHuman>,
    /// The machine's columns, `None` for a human.
    pub machine: Option<NewMachine>,
}

/// A human to be made. The phone's code is added afterwards, as for any phone.
#[derive(Clone, Debug)]
pub struct NewHuman {
    /// How the person is called.
    pub name: Name,
    /// The language of messages to the person.
    pub preferred_language: Language,
    /// The gender, if told.
    pub gender: Gender,
    /// The e-mail address.
    pub email: Email,
    /// The code that is waited for, with its purpose.
    pub code: Option<(CodePurpose, PendingCode)>,
    /// The number; unverified and without a code at first.
    pub phone: Option<PhoneNumber>,
    /// The password's hash.
    pub password_hash: Option<String>,
    /// Whether the password must be changed.
    pub password_change_required: bool,
}

/// A machine to be made.
pub type NewMachine = Machine;

macro_rules! select_user {
    ($condition:literal) => {
        concat!(
            "SELECT u.row, u.id, u.org, o.id, u.sequence, u.created_at, u.changed_at, u.state, u.user_name, u.kind,
                    u.first_name, u.last_name, u.nick_name, u.display_name, u.preferred_language, u.gender,
                    u.email, u.email_is_verified, u.phone, u.phone_is_verified,
                    u.password_changed_at, u.password_change_required,
                    u.machine_name, u.description, u.access_token_type,
                    EXISTS (SELECT 1 FROM machine_secrets s WHERE s.user = u.row)
             FROM users u JOIN orgs o ON o.row = u.org
             WHERE u.state <> 3 AND ",
            $condition
        )
    };
}

impl ReadTx<'_> {
    /// What is left of, or lives under, an id: its row, state and last sequence.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user_slot(&self, id: &str) -> Result<Option<(i64, UserState, i64)>, Error> {
        self.row(
            "SELECT row, state, sequence FROM users WHERE id = ?1",
            [id],
            |row| {
                Ok((
                    row.get(0)?,
                    UserState::from_number(row.get(1)?).unwrap_or(UserState::Inactive),
                    row.get(2)?,
                ))
            },
        )
    }

    /// Whether a user has that user name, without regard to case.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user_name_is_taken(&self, user_name: &str) -> Result<bool, Error> {
        let found = self.row(
            "SELECT 1 FROM users WHERE user_name_key = ?1",
            [user_name.to_lowercase()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The id of the user with that user name, without regard to case.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user_id_by_name(&self, user_name: &str) -> Result<Option<String>, Error> {
        self.row(
            "SELECT id FROM users WHERE user_name_key = ?1",
            [user_name.to_lowercase()],
            |row| row.get(0),
        )
    }

    /// The user with that id; `None` for a removed one.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user(&self, id: &str) -> Result<Option<User>, Error> {
        self.row(select_user!("u.id = ?1"), [id], user)
    }

    /// The hash of a user's password, if there is one.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn password_hash(&self, user: i64) -> Result<Option<String>, Error> {
        let hash = self.row(
            "SELECT password_hash FROM users WHERE row = ?1",
            [user],
            |row| row.get(0),
        )?;
        Ok(hash.flatten())
    }

    /// As [`ReadTx::user`], by row.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user_in_row(&self, row: i64) -> Result<Option<User>, Error> {
        self.row(select_user!("u.row = ?1"), [row], user)
    }
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    let is_human = row.get::<_, i64>(9)? == 1;
    Ok(User {
        aggregate: Aggregate {
            kind: AggregateType::User,
            row: row.get(0)?,
            id: row.get(1)?,
            owner: row.get(2)?,
            owner_id: row.get(3)?,
            sequence: row.get(4)?,
            created_at: Timestamp::from_micros(row.get(5)?),
            changed_at: Timestamp::from_micros(row.get(6)?),
            pending: Vec::new(),
        },
        state: UserState::from_number(row.get(7)?).unwrap_or(UserState::Inactive),
        user_name: row.get(8)?,
        kind: if is_human {
            Kind::Human(Box::new(human(row)?))
        } else {
            Kind::Machine(machine(row)?)
        },
    })
}

fn human(row: &Row<'_>) -> rusqlite::Result<Human> {
    Ok(Human {
        name: Name {
            first: row.get(10)?,
            last: row.get(11)?,
            nick: row.get(12)?,
            display: row.get(13)?,
        },
        preferred_language: Language::parse(&row.get::<_, String>(14)?),
        gender: Gender::from_number(row.get(15)?),
        email: Email {
            address: row.get(16)?,
            is_verified: row.get(17)?,
        },
        phone: match row.get::<_, Option<String>>(18)? {
            Some(number) => Some(Phone {
                number: PhoneNumber::from_normalized(number),
                is_verified: row.get(19)?,
            }),
            None => None,
        },
        password_changed_at: row.get::<_, Option<i64>>(20)?.map(Timestamp::from_micros),
        password_change_required: row.get(21)?,
    })
}

fn machine(row: &Row<'_>) -> rusqlite::Result<Machine> {
    Ok(Machine {
        name: row.get(22)?,
        description: row.get(23)?,
        access_token_type: row.get(24)?,
        has_secret: row.get(25)?,
    })
}

impl WriteTx<'_> {
    /// Makes a user and writes its events; a tombstone with the same id comes to life again, its
    /// sequence goes on.
    ///
    /// # Errors
    /// If the database cannot be written, or the id or the user name is taken (the caller has looked).
    pub fn insert_user(&self, new: &mut NewUser) -> Result<(), Error> {
        let now = self.stamp.now;
        let human = new.human.as_ref();
        let machine = new.machine.as_ref();
        let row = self.row(
            "INSERT INTO users (id, org, kind, state, sequence, created_at, changed_at, user_name, user_name_key,
                 first_name, last_name, nick_name, display_name, preferred_language, gender, email, email_is_verified,
                 phone, password_hash, password_changed_at, password_change_required,
                 machine_name, description, access_token_type)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                 ?21, ?22, ?23)
             ON CONFLICT (id) DO UPDATE SET org = excluded.org, kind = excluded.kind, state = excluded.state,
                 sequence = excluded.sequence, created_at = excluded.created_at, changed_at = excluded.changed_at,
                 user_name = excluded.user_name, user_name_key = excluded.user_name_key,
                 first_name = excluded.first_name, last_name = excluded.last_name, nick_name = excluded.nick_name,
                 display_name = excluded.display_name, preferred_language = excluded.preferred_language,
                 gender = excluded.gender, email = excluded.email, email_is_verified = excluded.email_is_verified,
                 phone = excluded.phone, password_hash = excluded.password_hash,
                 password_changed_at = excluded.password_changed_at,
                 password_change_required = excluded.password_change_required,
                 machine_name = excluded.machine_name, description = excluded.description,
                 access_token_type = excluded.access_token_type
             WHERE users.state = 3
             RETURNING row",
            params![
                new.aggregate.id,
                new.aggregate.owner,
                if human.is_some() { 1 } else { 2 },
                new.state as i64,
                new.aggregate.sequence + new.aggregate.pending.len() as i64,
                now.micros(),
                new.user_name,
                new.user_name.to_lowercase(),
                human.map(|human| &human.name.first),
                human.map(|human| &human.name.last),
                human.map(|human| &human.name.nick),
                human.map(|human| &human.name.display),
                human.map(|human| human.preferred_language.tag()),
                human.map(|human| human.gender as i64),
                human.map(|human| &human.email.address),
                human.is_some_and(|human| human.email.is_verified),
                human.and_then(|human| human.phone.as_ref()).map(PhoneNumber::as_str),
                human.and_then(|human| human.password_hash.as_ref()),
                human.and_then(|human| human.password_hash.as_ref()).map(|_| now.micros()),
                human.is_some_and(|human| human.password_change_required),
                machine.map(|machine| &machine.name),
                machine.map(|machine| &machine.description),
                machine.map(|machine| machine.access_token_type),
            ],
            |row| row.get(0),
        )?;
        new.aggregate.row = row.ok_or_else(|| Error::internal("the id of a new user is taken"))?;
        new.aggregate.created_at = now;
        if let Some((purpose, code)) = human.and_then(|human| human.code.as_ref()) {
            self.save_code(new.aggregate.row, *purpose, code)?;
        }
        self.append(&mut new.aggregate)
    }

    /// Writes a user's state and events. A user who lost access loses every token for good.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_user_state(&self, user: &mut User) -> Result<(), Error> {
        self.save_user_events(&mut user.aggregate)?;
        self.execute(
            "UPDATE users SET state = ?1 WHERE row = ?2",
            params![user.state as i64, user.aggregate.row],
        )?;
        match user.state {
            UserState::Inactive | UserState::Locked => self.revoke_tokens_of(user.aggregate.row),
            _ => Ok(()),
        }
    }

    /// Writes another user name and its event; the caller has looked whether it is free.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_user_name(&self, user: &mut User) -> Result<(), Error> {
        self.save_user_events(&mut user.aggregate)?;
        self.execute(
            "UPDATE users SET user_name = ?1, user_name_key = ?2 WHERE row = ?3",
            params![
                user.user_name,
                user.user_name.to_lowercase(),
                user.aggregate.row
            ],
        )?;
        Ok(())
    }

    /// Writes what a person is called, and the event.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_profile(&self, user: &mut Aggregate, human: &Human) -> Result<(), Error> {
        self.save_user_events(user)?;
        self.execute(
            "UPDATE users SET first_name = ?1, last_name = ?2, nick_name = ?3, display_name = ?4,
                 preferred_language = ?5, gender = ?6
             WHERE row = ?7",
            params![
                human.name.first,
                human.name.last,
                human.name.nick,
                human.name.display,
                human.preferred_language.tag(),
                human.gender as i64,
                user.row,
            ],
        )?;
        Ok(())
    }

    /// Writes what a machine is called, and the event.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_machine(&self, user: &mut Aggregate, machine: &Machine) -> Result<(), Error> {
        self.save_user_events(user)?;
        self.execute(
            "UPDATE users SET machine_name = ?1, description = ?2, access_token_type = ?3 WHERE row = ?4",
            params![
                machine.name,
                machine.description,
                machine.access_token_type,
                user.row
            ],
        )?;
        Ok(())
    }

    /// Writes the hash of a new password, and the events.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_password(
        &self,
        user: &mut Aggregate,
        hash: &str,
        is_change_required: bool,
    ) -> Result<(), Error> {
        self.save_user_events(user)?;
        self.execute(
            "UPDATE users SET password_hash = ?1, password_changed_at = ?2, password_change_required = ?3
             WHERE row = ?4",
            params![hash, user.changed_at.micros(), is_change_required, user.row],
        )?;
        Ok(())
    }

    /// Writes events of a user that change no other column than the sequence.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_user_events(&self, user: &mut Aggregate) -> Result<(), Error> {
        self.append(user)?;
        self.execute(
            "UPDATE users SET sequence = ?1, changed_at = ?2 WHERE row = ?3",
            params![user.sequence, user.changed_at.micros(), user.row],
        )?;
        Ok(())
    }

    /// Writes a user's last events and leaves a tombstone: everything personal goes but the history, and
    /// the counters of tries, which are keyed hashes and last a day.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn remove_user(&self, user: &mut Aggregate) -> Result<(), Error> {
        self.append(user)?;
        self.execute(
            "UPDATE users SET state = 3, sequence = ?1, changed_at = ?2,
                 phone = NULL, phone_is_verified = 0, phone_code_id = NULL, phone_code_hash = NULL,
                 phone_code_expires_at = NULL, phone_code_wrong_tries = 0, phone_code_sealed = NULL,
                 user_name = NULL, user_name_key = NULL, first_name = NULL, last_name = NULL, nick_name = NULL,
                 display_name = NULL, preferred_language = NULL, gender = NULL, email = NULL, email_is_verified = 0,
                 password_hash = NULL, password_changed_at = NULL, password_change_required = 0,
                 machine_name = NULL, description = NULL, access_token_type = NULL
             WHERE row = ?3",
            params![user.sequence, user.changed_at.micros(), user.row],
        )?;
        self.delete_messages_of(user.row)?;
        self.execute("DELETE FROM user_codes WHERE user = ?1", [user.row])?;
        self.execute("DELETE FROM user_metadata WHERE user = ?1", [user.row])?;
        self.execute("DELETE FROM machine_keys WHERE user = ?1", [user.row])?;
        self.execute("DELETE FROM machine_secrets WHERE user = ?1", [user.row])?;
        self.execute("DELETE FROM user_idp_links WHERE user = ?1", [user.row])?;
        self.delete_tokens_of(user.row)
    }

    /// Keeps an external identity of a user.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_idp_link(
        &self,
        user: i64,
        idp_id: &str,
        external_id: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.execute(
            "INSERT OR REPLACE INTO user_idp_links (user, idp_id, external_user_id, display_name)
             VALUES (?1, ?2, ?3, ?4)",
            params![user, idp_id, external_id, name],
        )?;
        Ok(())
    }
}
