//! How a human comes into being, whichever API asks: the checks that need rows, the events in order,
//! the codes, one transaction. The operations translate their requests into [`NewPerson`].

use super::metadata;
use crate::{
    api::{
        Ctx,
        codes::{Delivery, MadeCode, PhoneCode},
    },
    domain::{
        Aggregate, Email, Event, Gender, HumanPhone, Language, Machine, MessagePurpose, Name,
        PhoneNumber, UserState,
    },
    error::{self, Entry, Error},
    store::{NewHuman, NewUser, OrgRef, ReadTx, WriteTx},
};

/// A human to be made, translated from the wire.
pub(super) struct NewPerson {
    /// The id the caller wants.
    pub id: Option<String>,
    pub user_name: String,
    pub name: Name,
    pub preferred_language: Language,
    pub gender: Gender,
    pub email: String,
    pub email_plan: EmailPlan,
    pub phone: Option<(PhoneNumber, PhonePlan)>,
    /// What the password breaks, told only after the checks that come before it.
    pub password_check: Result<(), Error>,
    pub password_hash: Option<String>,
    pub password_change_required: bool,
    pub metadata: Vec<(String, Vec<u8>)>,
    /// Provider, external id and name of each identity.
    pub idp_links: Vec<(String, String, String)>,
    /// The error for an id that is taken.
    pub id_taken: &'static Entry,
}

/// What happens to the e-mail address.
#[expect(
    clippy::large_enum_variant,
    reason = "one for each request, moved once"
)]
pub(super) enum EmailPlan {
    /// The user has to finish the initialization; whether the address counts as verified already.
    Initialize { is_verified: bool },
    /// It is known to be the user's.
    Verified,
    /// It has to be verified with a code.
    Code(MadeCode),
    /// It stays unverified.
    Nothing,
}

/// What happens to the phone.
pub(super) enum PhonePlan {
    Verified,
    Code(Delivery),
}

/// A human that was made.
pub(in crate::api) struct Created {
    pub user: Aggregate,
    pub email_code: Option<String>,
    pub phone_code: Option<String>,
}

/// A human to be made, with the id and the codes that it needs: what a transaction cannot make.
pub(in crate::api) struct Prepared {
    person: NewPerson,
    id: String,
    initialization: Option<MadeCode>,
    phone_code: Option<PhoneCode>,
}

/// Makes a human in an organization.
pub(super) async fn create(ctx: &Ctx, org: OrgRef, person: NewPerson) -> Result<Created, Error> {
    let prepared = Prepared::new(ctx, person);
    ctx.write(move |tx| Ok(prepared.insert(tx, org)?)).await
}

impl Prepared {
    /// Gives a human an id, and makes the codes.
    pub(super) fn new(ctx: &Ctx, person: NewPerson) -> Self {
        Self {
            id: person.id.clone().unwrap_or_else(|| ctx.new_id()),
            initialization: match person.email_plan {
                EmailPlan::Initialize { .. } => Some(MadeCode::for_initialization(ctx)),
                _ => None,
            },
            phone_code: match &person.phone {
                Some((number, PhonePlan::Code(delivery))) => {
                    Some(PhoneCode::new(ctx, *delivery, number))
                }
                _ => None,
            },
            person,
        }
    }

    /// Checks all but the user name's uniqueness, which comes last: the id, the domain of the user
    /// name, the password. Tells the sequence that the history goes on from. `org` is the row of the
    /// organization, 0 for one that is still to be made.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(&mut self, tx: &ReadTx<'_>, org: i64) -> Result<i64, Error> {
        metadata::check(&self.person.metadata)?;
        let sequence = check_id(tx, &self.id, self.person.id_taken)?;
        check_domain(
            tx,
            &self.person.user_name,
            org,
            error::USER_NAME_DOMAIN_NOT_ALLOWED,
        )?;
        std::mem::replace(&mut self.person.password_check, Ok(()))?;
        Ok(sequence)
    }

    /// Makes the human in an organization.
    ///
    /// # Errors
    /// As [`Prepared::check`]; EXISTS when the user name is taken.
    pub fn insert(mut self, tx: &WriteTx<'_>, org: OrgRef) -> Result<Created, Error> {
        check_org(tx, &org)?;
        let sequence = self.check(tx, org.row)?;
        let Self {
            person,
            id,
            initialization,
            phone_code,
        } = self;
        if tx.user_name_is_taken(&person.user_name)? {
            return Err(error::USER_NAME_TAKEN.into());
        }
        let email_code = match &person.email_plan {
            EmailPlan::Code(code) => code.returned(),
            _ => None,
        };
        let returned_phone_code = phone_code.as_ref().and_then(|code| code.returned());
        let draft = Draft {
            id,
            sequence,
            org,
            user_name: person.user_name,
            name: person.name,
            preferred_language: person.preferred_language,
            gender: person.gender,
            email: person.email,
            email_plan: person.email_plan,
            initialization,
            phone: person.phone.as_ref().map(|(number, _)| number.clone()),
            password_hash: person.password_hash,
            password_change_required: person.password_change_required,
        };
        let mut user = draft.insert(tx)?;
        if person.phone.is_some() {
            user = add_phone(tx, user, phone_code)?;
        }
        add_attachments(tx, &mut user, &person.metadata, person.idp_links)?;
        Ok(Created {
            user,
            email_code,
            phone_code: returned_phone_code,
        })
    }
}

/// The sequence that a new user under an id goes on from: 0, or a tombstone's.
pub(super) fn check_id(tx: &ReadTx<'_>, id: &str, taken: &'static Entry) -> Result<i64, Error> {
    // The history names the services as editors, and the audience of tokens names the project.
    if matches!(id, "SYSTEM" | "NOTIFICATION") || id == tx.project_id()? {
        return Err(taken.into());
    }
    match tx.user_slot(id)? {
        None => Ok(0),
        Some((_, UserState::Deleted, sequence)) => Ok(sequence),
        Some(_) => Err(taken.into()),
    }
}

/// The organization may have gone while the request was worked on.
fn check_org(tx: &ReadTx<'_>, org: &OrgRef) -> Result<(), Error> {
    tx.organization(org.row)?.ok_or(error::ORG_UNKNOWN)?;
    Ok(())
}

/// A user name must not end in a domain of another organization (contract/users.md §1, Names).
pub(super) fn check_domain(
    tx: &ReadTx<'_>,
    user_name: &str,
    org: i64,
    not_allowed: &'static Entry,
) -> Result<(), Error> {
    let Some((_, domain)) = user_name.rsplit_once('@') else {
        return Ok(());
    };
    match tx.org_by_domain(domain)? {
        Some(owner) if owner.row != org => Err(not_allowed.into()),
        _ => Ok(()),
    }
}

/// A user's own columns and first events.
struct Draft {
    id: String,
    sequence: i64,
    org: OrgRef,
    user_name: String,
    name: Name,
    preferred_language: Language,
    gender: Gender,
    email: String,
    email_plan: EmailPlan,
    initialization: Option<MadeCode>,
    phone: Option<PhoneNumber>,
    password_hash: Option<String>,
    password_change_required: bool,
}

impl Draft {
    fn insert(self, tx: &WriteTx<'_>) -> Result<Aggregate, Error> {
        let now = tx.stamp.now;
        let mut user = Aggregate::new_user(
            self.id.clone(),
            self.org.row,
            self.org.id.clone(),
            self.sequence,
            now,
        );
        user.push(self.added_event());
        let is_verified = matches!(
            self.email_plan,
            EmailPlan::Verified | EmailPlan::Initialize { is_verified: true }
        );
        if is_verified {
            user.push(Event::EmailVerified);
        }
        let code = match (self.initialization, self.email_plan) {
            (Some(code), _) => {
                let new = code.new_code();
                user.push(Event::InitializationCodeAdded {
                    expiry: new.expiry,
                    trigger_origin: new.trigger_origin.clone(),
                });
                Some((MessagePurpose::Initialization, code))
            }
            (None, EmailPlan::Code(code)) => {
                let new = code.new_code().clone();
                user.push(Event::EmailCodeAdded {
                    expiry: new.expiry,
                    url_template: new.url_template,
                    code_returned: new.is_returned,
                    trigger_origin: new.trigger_origin,
                });
                Some((MessagePurpose::VerifyEmail, code))
            }
            _ => None,
        };
        let pending = code.as_ref().and_then(|(purpose, code)| {
            let pending = code.new_code().pending.clone();
            purpose.code().map(|purpose| (purpose, pending))
        });
        let address = self.email.clone();
        let mut new = NewUser {
            aggregate: user,
            state: if matches!(code, Some((MessagePurpose::Initialization, _))) {
                UserState::Initial
            } else {
                UserState::Active
            },
            user_name: self.user_name,
            human: Some(NewHuman {
                name: self.name,
                preferred_language: self.preferred_language,
                gender: self.gender,
                email: Email {
                    address: self.email,
                    is_verified,
                },
                code: pending,
                phone: self.phone,
                password_hash: self.password_hash,
                password_change_required: self.password_change_required,
            }),
            machine: None,
        };
        tx.insert_user(&mut new)?;
        if let Some((purpose, code)) = code {
            code.send(tx, new.aggregate.row, purpose, address)?;
        }
        Ok(new.aggregate)
    }

    fn added_event(&self) -> Event {
        Event::HumanAdded {
            user_name: self.user_name.clone(),
            first_name: self.name.first.clone(),
            last_name: self.name.last.clone(),
            nick_name: self.name.nick.clone(),
            display_name: self.name.display.clone(),
            preferred_language: self.preferred_language.tag().to_owned(),
            gender: self.gender as i32,
            email: self.email.clone(),
            phone: self.phone.as_ref().map(|number| number.as_str().to_owned()),
            change_required: self.password_change_required,
        }
    }
}

/// Verifies the first phone, or waits for a code for it.
fn add_phone(
    tx: &WriteTx<'_>,
    user: Aggregate,
    code: Option<PhoneCode>,
) -> Result<Aggregate, Error> {
    let mut phone: HumanPhone = tx
        .human_phone_in_row(user.row)?
        .ok_or_else(|| Error::internal("a user that was just made is gone"))?;
    match &code {
        Some(code) => code.add_to(&mut phone),
        None => phone.verify(),
    }
    tx.save_phone(&mut phone)?;
    if let Some(code) = code {
        code.enqueue(tx, &phone)?;
    }
    Ok(phone.user)
}

fn add_attachments(
    tx: &WriteTx<'_>,
    user: &mut Aggregate,
    entries: &[(String, Vec<u8>)],
    idp_links: Vec<(String, String, String)>,
) -> Result<(), Error> {
    metadata::keep(tx, user, entries)?;
    for (idp_config_id, external_id, display_name) in idp_links {
        tx.save_idp_link(user.row, &idp_config_id, &external_id, &display_name)?;
        user.push(Event::IdpLinkAdded {
            idp_config_id,
            user_id: external_id,
            display_name,
        });
    }
    if user.pending.is_empty() {
        Ok(())
    } else {
        tx.save_user_events(user)
    }
}

/// The name to show where none is given: first and last name, else the address, else the user name.
pub(super) fn display_name(
    given: &str,
    first: &str,
    last: &str,
    email: &str,
    user_name: &str,
) -> String {
    let full = format!("{first} {last}");
    [given, full.trim(), email, user_name]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_default()
        .to_owned()
}

/// The e-mail address as it is kept.
pub(super) fn email_address(text: &str) -> Result<String, Error> {
    let address = text.trim();
    if address.is_empty() {
        return Err(error::EMAIL_EMPTY.into());
    }
    if !validator::ValidateEmail::validate_email(&address) {
        return Err(error::EMAIL_INVALID.into());
    }
    Ok(address.to_owned())
}

/// A machine to be made, translated from the wire.
pub(super) struct NewMachine {
    /// The id the caller wants, or a new one.
    pub id: String,
    pub org: OrgRef,
    pub user_name: String,
    pub machine: Machine,
    /// The error for an id that is taken.
    pub id_taken: &'static Entry,
}

/// Makes a machine.
pub(super) async fn create_machine(ctx: &Ctx, new: NewMachine) -> Result<Aggregate, Error> {
    ctx.write(move |tx| {
        check_org(tx, &new.org)?;
        let sequence = check_id(tx, &new.id, new.id_taken)?;
        if tx.user_name_is_taken(&new.user_name)? {
            return Err(error::USER_NAME_TAKEN.into());
        }
        let OrgRef { row, id: owner_id } = new.org;
        let mut user = Aggregate::new_user(new.id, row, owner_id, sequence, tx.stamp.now);
        user.push(Event::MachineAdded {
            user_name: new.user_name.clone(),
            name: new.machine.name.clone(),
            description: new.machine.description.clone(),
            access_token_type: new.machine.access_token_type,
        });
        let mut new = NewUser {
            aggregate: user,
            state: UserState::Active,
            user_name: new.user_name,
            human: None,
            machine: Some(new.machine),
        };
        tx.insert_user(&mut new)?;
        Ok(new.aggregate)
    })
    .await
}
