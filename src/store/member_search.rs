//! Finds members of an organization or of the instance, and the memberships of a user.
//!
//! Both begin with an index on `members`. Called by `api::members`.

use rusqlite::Row;

use super::{members::INSTANCE, transaction::ReadTx, user_conditions::Sql};
use crate::{
    clock::Timestamp,
    domain::{List, MemberCondition, MemberOrder, Page},
    error::Error,
};

/// A search for members.
#[derive(Clone, Debug)]
pub struct MemberSearch {
    /// The row of the organization; `None` for the instance.
    pub org: Option<i64>,
    /// What they must be like.
    pub conditions: Vec<MemberCondition>,
    /// How they are sorted; `None`: by the age of the users.
    pub order: Option<MemberOrder>,
    /// Which part is wanted.
    pub page: Page,
}

/// A user as a member.
#[derive(Clone, Debug)]
pub struct FoundMember {
    /// The user's id.
    pub user_id: String,
    /// The id of the organization that the user belongs to.
    pub user_org_id: String,
    /// Whether it is a human or a machine.
    pub is_human: bool,
    /// The user name.
    pub user_name: String,
    /// The name to show, a machine's own name.
    pub display_name: String,
    /// Empty for a machine.
    pub first_name: String,
    /// Empty for a machine.
    pub last_name: String,
    /// Empty for a machine.
    pub email: String,
    /// The role names.
    pub roles: Vec<String>,
    /// The sequence of the last event about the membership, in the organization's history.
    pub sequence: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When the roles last changed.
    pub changed_at: Timestamp,
}

/// A user's membership somewhere.
#[derive(Clone, Debug)]
pub struct FoundMembership {
    /// The id and the name of the organization; `None` for the instance.
    pub org: Option<(String, String)>,
    /// The role names.
    pub roles: Vec<String>,
    /// The sequence of the last event about it, in the organization's history.
    pub sequence: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When the roles last changed.
    pub changed_at: Timestamp,
}

impl ReadTx<'_> {
    /// The members that a search finds.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn search_members(&self, search: &MemberSearch) -> Result<List<FoundMember>, Error> {
        let mut sql = Sql::default();
        sql.push(
            "SELECT u.id, o.id, u.kind, u.user_name, coalesce(u.display_name, u.machine_name), u.first_name,
                    u.last_name, u.email, m.roles, m.sequence, m.created_at, m.changed_at
             FROM members m JOIN users u ON u.row = m.user JOIN orgs o ON o.row = u.org WHERE ",
        );
        write_where(&mut sql, search);
        write_order(&mut sql, search.order, search.page.is_ascending);
        sql.page(search.page);
        let items = self.select(&sql, found_member)?;

        let mut sql = Sql::default();
        sql.push("SELECT count(*) FROM members m JOIN users u ON u.row = m.user WHERE ");
        write_where(&mut sql, search);
        Ok(List {
            items,
            total: self.count(&sql)?,
            as_of: self.as_of()?,
        })
    }

    /// The memberships of the user with that id, in the order of the organizations' age, the instance
    /// first; none for an unknown user.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn found_memberships(&self, user_id: &str) -> Result<Vec<FoundMembership>, Error> {
        self.rows(
            "SELECT o.id, o.name, m.roles, m.sequence, m.created_at, m.changed_at
             FROM users u JOIN members m ON m.user = u.row LEFT JOIN orgs o ON o.row = m.org
             WHERE u.id = ?1 ORDER BY m.org",
            [user_id],
            |row| {
                let org: (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
                Ok(FoundMembership {
                    org: org.0.zip(org.1),
                    roles: words(&row.get::<_, String>(2)?),
                    sequence: row.get(3)?,
                    created_at: Timestamp::from_micros(row.get(4)?),
                    changed_at: Timestamp::from_micros(row.get(5)?),
                })
            },
        )
    }
}

fn write_where(sql: &mut Sql, search: &MemberSearch) {
    sql.push("m.org = ").bind(search.org.unwrap_or(INSTANCE));
    for condition in &search.conditions {
        sql.push(" AND ");
        match condition {
            MemberCondition::FirstName(wanted) => sql.matches("u.first_name", wanted),
            MemberCondition::LastName(wanted) => sql.matches("u.last_name", wanted),
            MemberCondition::Email(wanted) => sql.matches("u.email", wanted),
            MemberCondition::UserId(id) => sql.push("u.id = ").bind(id.clone()),
        };
    }
}

fn write_order(sql: &mut Sql, order: Option<MemberOrder>, is_ascending: bool) {
    let direction = if is_ascending { "ASC" } else { "DESC" };
    let column = match order {
        None => {
            sql.push(" ORDER BY m.user");
            return;
        }
        Some(MemberOrder::UserId) => "u.id",
        Some(MemberOrder::CreatedAt) => "m.created_at",
        Some(MemberOrder::ChangedAt) => "m.changed_at",
        Some(MemberOrder::UserOrg) => "o.id",
    };
    sql.push(&format!(
        " ORDER BY {column} {direction}, m.user {direction}"
    ));
}

fn found_member(row: &Row<'_>) -> rusqlite::Result<FoundMember> {
    let text = |index| {
        row.get::<_, Option<String>>(index)
            .map(Option::unwrap_or_default)
    };
    Ok(FoundMember {
        user_id: row.get(0)?,
        user_org_id: row.get(1)?,
        is_human: row.get::<_, i64>(2)? == 1,
        user_name: text(3)?,
        display_name: text(4)?,
        first_name: text(5)?,
        last_name: text(6)?,
        email: text(7)?,
        roles: words(&row.get::<_, String>(8)?),
        sequence: row.get(9)?,
        created_at: Timestamp::from_micros(row.get(10)?),
        changed_at: Timestamp::from_micros(row.get(11)?),
    })
}

fn words(roles: &str) -> Vec<String> {
    roles.split_whitespace().map(str::to_owned).collect()
}
