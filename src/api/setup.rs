//! What the commands of the binary do to a database: the first organization and its administrator,
//! and tokens for anybody. Not reachable over the network.

use super::{orgs::create_org, tokens::NewPersonalAccessToken};
use crate::{
    clock::{Clock, Timestamp},
    domain::{Aggregate, AggregateType, Event, UserState},
    error::Error,
    ids::IdGenerator,
    secrets::Keys,
    store::{Instance, Membership, NewMachine, NewUser, OrgRef, Stamp, Store, WriteTx},
};

/// The name under which the history keeps what the commands do.
const EDITOR: &str = "SYSTEM";
const ORGANIZATION: &str = "Belfry";
const ADMINISTRATOR: &str = "admin";

/// The first organization and its administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstRun {
    /// The organization's id.
    pub org_id: String,
    /// The administrator's id.
    pub user_id: String,
    /// The administrator's token, only when it was just made.
    pub token: Option<String>,
}

/// Makes the first organization, the machine user `admin` with the role `IAM_OWNER` and a token without
/// an end; in a database that has them, only tells their ids.
///
/// # Errors
/// If the database cannot be read or written, or belongs to another key.
pub fn first_run(
    store: &Store,
    clock: &Clock,
    ids: &IdGenerator,
    keys: &Keys,
    instance_domain: &str,
) -> Result<FirstRun, Error> {
    let now = clock.now();
    let new_id = || ids.next(now).to_string();
    let (instance_id, org_id, user_id) = (new_id(), new_id(), new_id());
    let project_id = new_id();
    let token = NewPersonalAccessToken::make(new_id(), None);
    let text = token.text.clone();
    let key_check = keys.check().to_vec();
    let instance_domain = instance_domain.to_owned();

    let stamp = Stamp {
        now,
        editor: EDITOR.to_owned(),
        actor: None,
    };
    store.write_blocking(stamp, move |tx| {
        if let Some(instance) = tx.instance_if_any()? {
            if instance.key_check != key_check {
                return Err(Error::unavailable("the key belongs to another database").into());
            }
            // A database from before there were access tokens has none.
            tx.ensure_project_id(&project_id)?;
            let user_id = tx.first_instance_member()?.unwrap_or_default();
            return Ok(FirstRun {
                org_id: instance.default_org.id,
                user_id,
                token: None,
            });
        }
        let org = create_org(tx, org_id, ORGANIZATION.to_owned(), &instance_domain)?;
        let org = OrgRef {
            row: org.aggregate.row,
            id: org.aggregate.id,
        };
        let mut instance = new_instance(instance_id, org.clone(), key_check, now);
        tx.insert_instance(&instance)?;
        tx.ensure_project_id(&project_id)?;
        let mut user = add_administrator(tx, user_id, &org)?;
        add_owner(tx, &mut instance, &user)?;
        token.insert(tx, &mut user)?;
        Ok(FirstRun {
            org_id: org.id,
            user_id: user.id,
            token: Some(text),
        })
    })
}

fn new_instance(id: String, default_org: OrgRef, key_check: Vec<u8>, now: Timestamp) -> Instance {
    let aggregate = Aggregate {
        kind: AggregateType::Instance,
        row: 1,
        owner: 0,
        owner_id: id.clone(),
        id,
        sequence: 0,
        created_at: now,
        changed_at: now,
        pending: Vec::new(),
    };
    Instance {
        aggregate,
        default_org,
        key_check,
    }
}

fn add_administrator(tx: &WriteTx<'_>, id: String, org: &OrgRef) -> Result<Aggregate, Error> {
    let now = tx.stamp.now;
    let mut user = Aggregate::new_user(id, org.row, org.id.clone(), 0, now);
    let machine = NewMachine {
        name: ADMINISTRATOR.to_owned(),
        description: "Made at the first run".to_owned(),
        access_token_type: 0,
        has_secret: false,
    };
    user.push(Event::MachineAdded {
        user_name: ADMINISTRATOR.to_owned(),
        name: machine.name.clone(),
        description: machine.description.clone(),
        access_token_type: 0,
    });
    let mut new = NewUser {
        aggregate: user,
        state: UserState::Active,
        user_name: ADMINISTRATOR.to_owned(),
        human: None,
        machine: Some(machine),
    };
    tx.insert_user(&mut new)?;
    Ok(new.aggregate)
}

fn add_owner(tx: &WriteTx<'_>, instance: &mut Instance, user: &Aggregate) -> Result<(), Error> {
    let roles = vec!["IAM_OWNER".to_owned()];
    instance.aggregate.push(Event::InstanceMemberAdded {
        roles: roles.clone(),
        user_id: user.id.clone(),
    });
    tx.save_instance(instance)?;
    let membership = Membership {
        org: None,
        roles,
        created_at: tx.stamp.now,
    };
    tx.save_membership(user.row, &membership, instance.aggregate.sequence)
}

/// Makes a token for any user, humans too, named by id or user name: the way to try the "me" operations, and to come back in
/// after losing the administrator's token. Tells the user's id, the token's id
/// and its text.
///
/// # Errors
/// NOTFOUND for an unknown user, INVALID for an end in the past; if the database cannot be written.
pub fn create_token(
    store: &Store,
    clock: &Clock,
    ids: &IdGenerator,
    user: &str,
    expires_at: Option<Timestamp>,
) -> Result<(String, String, String), Error> {
    let now = clock.now();
    let token = NewPersonalAccessToken::make(ids.next(now).to_string(), expires_at);
    let (token_id, text) = (token.id.clone(), token.text.clone());
    let wanted = user.to_owned();
    let stamp = Stamp {
        now,
        editor: EDITOR.to_owned(),
        actor: None,
    };
    let user_id = store.write_blocking(stamp, move |tx| {
        let by_id = tx.user(&wanted)?;
        let by_name = match tx.user_id_by_name(&wanted)? {
            Some(id) => tx.user(&id)?,
            None => None,
        };
        let mut user = match (by_id, by_name) {
            (Some(by_id), Some(by_name)) if by_id.aggregate.row != by_name.aggregate.row => {
                return Err(Error::invalid(
                    "it is one user's id and another's user name; give the id",
                )
                .into());
            }
            (Some(user), _) | (None, Some(user)) => user,
            (None, None) => return Err(crate::error::USER_NOT_FOUND.into()),
        };
        token.insert(tx, &mut user.aggregate)?;
        Ok(user.aggregate.id)
    })?;
    Ok((user_id, token_id, text))
}
