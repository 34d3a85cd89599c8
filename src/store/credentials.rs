//! Lists of what machines ask for tokens with: the tables `machine_keys` and `tokens` seen alike.

use rusqlite::{Row, params_from_iter, types::Value};

use super::{transaction::ReadTx, user_search::UserScope};
use crate::{
    clock::Timestamp,
    domain::{List, Page},
    error::Error,
};

/// Which of the two is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// Keys of machines.
    Key,
    /// Personal access tokens.
    Token,
}

/// A key or a token, without what is secret in it.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Its id.
    pub id: String,
    /// The id of the user whose it is.
    pub user_id: String,
    /// The id of the user's organization.
    pub org_id: String,
    /// The sequence of the event that tells of it.
    pub sequence: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
    /// What a token is good for, separated by single spaces; empty for a key.
    pub scopes: String,
}

/// What one must be like to be listed.
#[derive(Clone, Debug)]
pub enum CredentialCondition {
    /// Its id.
    Id(String),
    /// The id of its user.
    User(String),
    /// The id of its user's organization.
    Org(String),
    /// When it was made, compared.
    Created(Comparison, Timestamp),
    /// When it stops being good, compared.
    Expires(Comparison, Timestamp),
}

/// How an instant is compared with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Comparison {
    Equal,
    After,
    AfterOrEqual,
    Before,
    BeforeOrEqual,
}

/// By what a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum CredentialOrder {
    Created,
    Id,
    User,
    Org,
    Expires,
}

/// A search.
#[derive(Clone, Debug)]
pub struct CredentialSearch {
    /// Keys or tokens.
    pub kind: CredentialKind,
    /// Of whom.
    pub scope: UserScope,
    /// What all must hold.
    pub conditions: Vec<CredentialCondition>,
    /// How they are sorted; `None`: by age, whatever the page says of a direction.
    pub order: Option<CredentialOrder>,
    /// Which part is wanted.
    pub page: Page,
}

impl ReadTx<'_> {
    /// The keys or tokens that a search finds.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn credentials(&self, search: &CredentialSearch) -> Result<List<Credential>, Error> {
        let (table, scopes) = match search.kind {
            CredentialKind::Key => ("machine_keys", "''"),
            CredentialKind::Token => ("tokens", "c.scopes"),
        };
        let mut values = Vec::new();
        let from = format!(
            "FROM {table} c JOIN users u ON u.row = c.user JOIN orgs o ON o.row = u.org WHERE {}",
            conditions(search, &mut values)
        );
        let total: Option<i64> = self.row(
            &format!("SELECT count(*) {from}"),
            params_from_iter(&values),
            |row| row.get(0),
        )?;
        values.push(search.page.limit.into());
        values.push(search.page.offset.into());
        let items = self.rows(
            &format!(
                "SELECT c.id, u.id, o.id, c.sequence, c.created_at, c.expires_at, {scopes} {from}
                 ORDER BY {} LIMIT ? OFFSET ?",
                order(search)
            ),
            params_from_iter(&values),
            credential,
        )?;
        Ok(List {
            items,
            total: total.unwrap_or_default().unsigned_abs(),
            as_of: self.as_of()?,
        })
    }
}

/// The conditions in SQL; their values go to `values` in the same order.
fn conditions(search: &CredentialSearch, values: &mut Vec<Value>) -> String {
    let mut all = Vec::new();
    if let UserScope::Orgs { orgs, and_user } = &search.scope {
        let places = vec!["?"; orgs.len()].join(", ");
        all.push(format!("(u.org IN ({places}) OR u.row = ?)"));
        values.extend(orgs.iter().map(|&org| Value::from(org)));
        values.push((*and_user).into());
    }
    for condition in &search.conditions {
        let (sql, value) = match condition {
            CredentialCondition::Id(id) => ("c.id = ?".to_owned(), id.clone().into()),
            CredentialCondition::User(id) => ("u.id = ?".to_owned(), id.clone().into()),
            CredentialCondition::Org(id) => ("o.id = ?".to_owned(), id.clone().into()),
            CredentialCondition::Created(how, when) => (
                format!("c.created_at {} ?", operator(*how)),
                when.micros().into(),
            ),
            CredentialCondition::Expires(how, when) => (
                format!("c.expires_at {} ?", operator(*how)),
                when.micros().into(),
            ),
        };
        all.push(sql);
        values.push(value);
    }
    match all.is_empty() {
        true => "1".to_owned(),
        false => all.join(" AND "),
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::After => ">",
        Comparison::AfterOrEqual => ">=",
        Comparison::Before => "<",
        Comparison::BeforeOrEqual => "<=",
    }
}

fn order(search: &CredentialSearch) -> String {
    let Some(order) = search.order else {
        return "c.row".to_owned();
    };
    let column = match order {
        CredentialOrder::Created => "c.created_at",
        CredentialOrder::Id => "c.id",
        CredentialOrder::User => "u.id",
        CredentialOrder::Org => "o.id",
        CredentialOrder::Expires => "c.expires_at",
    };
    let direction = if search.page.is_ascending {
        "ASC"
    } else {
        "DESC"
    };
    format!("{column} {direction}, c.row {direction}")
}

fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
    Ok(Credential {
        id: row.get(0)?,
        user_id: row.get(1)?,
        org_id: row.get(2)?,
        sequence: row.get(3)?,
        created_at: Timestamp::from_micros(row.get(4)?),
        expires_at: Timestamp::from_micros(row.get(5)?),
        scopes: row.get(6)?,
    })
}
