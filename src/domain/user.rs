//! Users as they are read: humans and machines.

use super::{Aggregate, Event, Language, PhoneNumber};
use crate::clock::Timestamp;

/// The states of a user; the numbers are stored and are those of the v1 API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// In use.
    Active = 1,
    /// Deactivated; may be reactivated.
    Inactive = 2,
    /// Removed; the row is a tombstone that keeps the event sequence.
    Deleted = 3,
    /// Locked; may be unlocked.
    Locked = 4,
    /// Waits for the user to finish their initialization.
    Initial = 6,
}

impl UserState {
    /// The state with that number.
    pub fn from_number(number: i64) -> Option<Self> {
        [
            Self::Active,
            Self::Inactive,
            Self::Deleted,
            Self::Locked,
            Self::Initial,
        ]
        .into_iter()
        .find(|state| *state as i64 == number)
    }
}

/// The gender that a profile may tell; the numbers are stored and are those of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Gender {
    /// Not told.
    #[default]
    Unspecified = 0,
    /// Female.
    Female = 1,
    /// Male.
    Male = 2,
    /// Diverse.
    Diverse = 3,
}

impl Gender {
    /// The gender with that number; an unknown number is "not told".
    pub fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Female,
            2 => Self::Male,
            3 => Self::Diverse,
            _ => Self::Unspecified,
        }
    }
}

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// Its identity and history.
    pub aggregate: Aggregate,
    /// Its state.
    pub state: UserState,
    /// Its user name, unique in the instance without regard to case; also its only login name.
    pub user_name: String,
    /// Human or machine.
    pub kind: Kind,
}

/// What only humans or only machines have.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A person.
    Human(Box<Human>),
    /// A program.
    Machine(Machine),
}

/// A person's profile, e-mail address and phone.
#[derive(Clone, Debug)]
pub struct Human {
    /// How the person is called.
    pub name: Name,
    /// The language of messages to the person.
    pub preferred_language: Language,
    /// The gender, if told.
    pub gender: Gender,
    /// The e-mail address.
    pub email: Email,
    /// The phone, if there is one.
    pub phone: Option<Phone>,
    /// When the password was last set, if there is one.
    pub password_changed_at: Option<Timestamp>,
    /// Whether the password must be changed.
    pub password_change_required: bool,
}

/// How a person is called.
#[derive(Clone, Debug)]
pub struct Name {
    /// First or given name.
    pub first: String,
    /// Last or family name.
    pub last: String,
    /// Nick name; may be empty.
    pub nick: String,
    /// The name to show.
    pub display: String,
}

/// An e-mail address.
#[derive(Clone, Debug)]
pub struct Email {
    /// The address.
    pub address: String,
    /// Whether it is known to be the user's.
    pub is_verified: bool,
}

/// A phone number.
#[derive(Clone, Debug)]
pub struct Phone {
    /// The number.
    pub number: PhoneNumber,
    /// Whether it is known to be the user's.
    pub is_verified: bool,
}

/// A program's description.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// 0: opaque access tokens, 1: JWT.
    pub access_token_type: i32,
    /// Whether there is a client secret.
    pub has_secret: bool,
}

/// Why a user cannot go from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFault {
    /// The user has not finished the initialization.
    Initial,
    /// The state is not one that this starts from.
    WrongState,
}

impl User {
    /// The human's part, `None` for a machine.
    pub fn human(&self) -> Option<&Human> {
        match &self.kind {
            Kind::Human(human) => Some(human),
            Kind::Machine(_) => None,
        }
    }

    /// Whether access tokens of the user are JWTs.
    pub fn wants_jwt(&self) -> bool {
        matches!(&self.kind, Kind::Machine(machine) if machine.access_token_type == 1)
    }

    /// Takes access away.
    ///
    /// # Errors
    /// Unless the user is active or locked (contract/users.md §1, "Transitions"; so are the others).
    pub fn deactivate(&mut self) -> Result<(), StateFault> {
        match self.state {
            UserState::Initial => return Err(StateFault::Initial),
            UserState::Inactive | UserState::Deleted => return Err(StateFault::WrongState),
            UserState::Active | UserState::Locked => self.state = UserState::Inactive,
        }
        self.aggregate.push(Event::UserDeactivated);
        Ok(())
    }

    /// Gives access back.
    ///
    /// # Errors
    /// Unless the user is inactive.
    pub fn reactivate(&mut self) -> Result<(), StateFault> {
        self.go(
            &[UserState::Inactive],
            UserState::Active,
            Event::UserReactivated,
        )
    }

    /// Locks the user out.
    ///
    /// # Errors
    /// Unless the user is active or initial.
    pub fn lock(&mut self) -> Result<(), StateFault> {
        self.go(
            &[UserState::Active, UserState::Initial],
            UserState::Locked,
            Event::UserLocked,
        )
    }

    /// Lets the user in again.
    ///
    /// # Errors
    /// Unless the user is locked.
    pub fn unlock(&mut self) -> Result<(), StateFault> {
        self.go(&[UserState::Locked], UserState::Active, Event::UserUnlocked)
    }

    fn go(&mut self, from: &[UserState], to: UserState, event: Event) -> Result<(), StateFault> {
        if !from.contains(&self.state) {
            return Err(StateFault::WrongState);
        }
        self.state = to;
        self.aggregate.push(event);
        Ok(())
    }
}
