//! Finds users: a page of those that a condition describes, and how many there are.
//!
//! Each search begins at one of three ends: with the users of a small organization, with an index that
//! finds what is wanted, or with the users in the order of the list until the page is full. Totals of
//! everything and of states come from `user_counts`, which triggers keep; other totals are counted,
//! unless the page itself shows that it is the last. Called by `api::users`.

use rusqlite::params_from_iter;

use super::{
    transaction::{ReadTx, storage},
    user_conditions::{Reach, Sql, columns, reach, write},
};
use crate::{
    domain::{List, Page, User, UserCondition, UserOrder},
    error::Error,
};

/// As many users are looked at one by one rather than searched for.
const FEW_USERS: i64 = 1000;

/// Whose users a search is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserScope {
    /// Those of all organizations.
    Everyone,
    /// Those of these organizations, by row, and one more user, by row.
    Orgs {
        /// The organizations.
        orgs: Vec<i64>,
        /// The user who is seen wherever it belongs.
        and_user: Option<i64>,
    },
}

/// A search.
#[derive(Clone, Debug)]
pub struct UserSearch {
    /// Whose users.
    pub scope: UserScope,
    /// What they must be like.
    pub condition: UserCondition,
    /// How they are sorted; `None`: by age, whatever the page says of a direction.
    pub order: Option<UserOrder>,
    /// Which part is wanted.
    pub page: Page,
}

/// Which end a search begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    FewUsers,
    Index,
    Order,
}

impl ReadTx<'_> {
    /// The users that a search finds.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn search_users(&self, search: &UserSearch) -> Result<List<User>, Error> {
        let (rows, total) = self.search_user_rows(search)?;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            items.extend(self.user_in_row(row)?);
        }
        Ok(List {
            items,
            total,
            as_of: self.as_of()?,
        })
    }

    /// The rows of the page, and the total.
    fn search_user_rows(&self, search: &UserSearch) -> Result<(Vec<i64>, u64), Error> {
        let scope = self.narrowed(&search.scope, &search.condition)?;
        let start = self.start(&scope, &search.condition)?;
        if start != Start::Order && search.order.is_none() {
            return self.page_and_total(search, &scope, start);
        }
        let rows: Vec<i64> = self.select(&page(search, &scope, start), |row| row.get(0))?;
        let total = self.total(search, &scope, start, rows.len())?;
        Ok((rows, total))
    }

    /// Both at once, where all that is found has to be looked at anyway.
    fn page_and_total(
        &self,
        search: &UserSearch,
        scope: &UserScope,
        start: Start,
    ) -> Result<(Vec<i64>, u64), Error> {
        let whole = Page {
            offset: 0,
            limit: u32::MAX,
            ..search.page
        };
        let sql = page(
            &UserSearch {
                page: whole,
                ..search.clone()
            },
            scope,
            start,
        );
        let first = search.page.offset.unsigned_abs();
        let end = first.saturating_add(search.page.limit.into());
        let mut page = Vec::new();
        let mut total = 0;
        self.for_each(&sql, |row| {
            if (first..end).contains(&total) {
                page.push(row.get(0)?);
            }
            total += 1;
            Ok(())
        })?;
        Ok((page, total))
    }

    /// Whether there is a user like that.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_user(&self, condition: &UserCondition) -> Result<bool, Error> {
        let mut sql = Sql::default();
        sql.push("SELECT 1 FROM user_search s WHERE ");
        write(&mut sql, condition, true);
        sql.push(" LIMIT 1");
        Ok(!self.select(&sql, |_| Ok(()))?.is_empty())
    }

    /// The scope without what cannot be in it: one organization where only one is meant.
    fn narrowed(&self, scope: &UserScope, condition: &UserCondition) -> Result<UserScope, Error> {
        let mut scope = scope.clone();
        if scope == UserScope::Everyone {
            let populated = "SELECT DISTINCT org FROM user_counts WHERE users > 0 LIMIT 2";
            let orgs = self.rows(populated, [], |row| row.get(0))?;
            if orgs.len() < 2 {
                scope = UserScope::Orgs {
                    orgs,
                    and_user: None,
                };
            }
        }
        let parts = match condition {
            UserCondition::All(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts {
            if let UserCondition::Org(id) = part {
                let wanted = self.org_by_id(id)?.map(|org| org.row);
                let is_seen = |org: &i64| match &scope {
                    UserScope::Everyone => true,
                    UserScope::Orgs { orgs, .. } => orgs.contains(org),
                };
                let orgs = wanted.filter(is_seen).into_iter().collect();
                let and_user = match scope {
                    UserScope::Everyone => None,
                    UserScope::Orgs { and_user, .. } => and_user,
                };
                scope = UserScope::Orgs { orgs, and_user };
            }
        }
        Ok(scope)
    }

    fn start(&self, scope: &UserScope, condition: &UserCondition) -> Result<Start, Error> {
        if let UserScope::Orgs { orgs, .. } = scope {
            let mut sql = Sql::default();
            sql.push("SELECT coalesce(sum(users), 0) FROM user_counts WHERE org IN ")
                .bind_list(orgs);
            let users: Vec<i64> = self.select(&sql, |row| row.get(0))?;
            if users.iter().all(|users| *users <= FEW_USERS) {
                return Ok(Start::FewUsers);
            }
        }
        Ok(match reach(condition) {
            Reach::None => Start::Order,
            _ => Start::Index,
        })
    }

    fn total(
        &self,
        search: &UserSearch,
        scope: &UserScope,
        start: Start,
        found: usize,
    ) -> Result<u64, Error> {
        let and_user = match scope {
            UserScope::Orgs { and_user, .. } => *and_user,
            UserScope::Everyone => None,
        };
        let mut sql = Sql::default();
        if and_user.is_none() && is_counted(&search.condition) {
            sql.push("SELECT coalesce(sum(s.users), 0) FROM user_counts s WHERE ");
            write_where(&mut sql, search, scope, Start::Order);
        } else {
            let is_last = found > 0 || search.page.offset == 0;
            if is_last && found < search.page.limit as usize {
                return Ok(search.page.offset.unsigned_abs() + found as u64);
            }
            sql.push("SELECT count(*) FROM user_search s WHERE ");
            write_where(&mut sql, search, scope, start);
        }
        let total: Vec<i64> = self.select(&sql, |row| row.get(0))?;
        Ok(total.iter().map(|total| total.unsigned_abs()).sum())
    }

    /// Runs a statement of its own; it is not kept, because there are more of them than of all others.
    pub(super) fn select<T>(
        &self,
        sql: &Sql,
        mut read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        self.for_each(sql, |row| {
            all.push(read(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    fn for_each(
        &self,
        sql: &Sql,
        mut read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), Error> {
        let mut statement = self.connection.prepare(&sql.text).map_err(storage)?;
        let mut rows = statement
            .query(params_from_iter(&sql.values))
            .map_err(storage)?;
        while let Some(row) = rows.next().map_err(storage)? {
            read(row).map_err(storage)?;
        }
        Ok(())
    }
}

/// Whether `user_counts` knows how many users a condition finds.
fn is_counted(condition: &UserCondition) -> bool {
    match condition {
        UserCondition::State(_) | UserCondition::IsHuman(_) | UserCondition::Org(_) => true,
        UserCondition::All(parts) | UserCondition::Any(parts) => parts.iter().all(is_counted),
        UserCondition::Not(part) => is_counted(part),
        _ => false,
    }
}

/// The rows of the page.
fn page(search: &UserSearch, scope: &UserScope, start: Start) -> Sql {
    let mut sql = Sql::default();
    sql.push("SELECT s.row FROM user_search s WHERE ");
    write_where(&mut sql, search, scope, start);
    write_order(&mut sql, search, start);
    sql.push(" LIMIT ")
        .bind(i64::from(search.page.limit))
        .push(" OFFSET ")
        .bind(search.page.offset);
    sql
}

fn write_where(sql: &mut Sql, search: &UserSearch, scope: &UserScope, start: Start) {
    write_scope(sql, scope, start, search.order.is_some());
    sql.push(" AND ");
    write(sql, &search.condition, start == Start::Index);
}

fn write_scope(sql: &mut Sql, scope: &UserScope, start: Start, has_order: bool) {
    let UserScope::Orgs { orgs, and_user } = scope else {
        sql.push("1");
        return;
    };
    match (start, orgs.as_slice(), and_user) {
        (Start::FewUsers, orgs, and_user) => {
            sql.push("s.row IN (SELECT row FROM user_search WHERE org IN ")
                .bind_list(orgs);
            if let Some(user) = and_user {
                sql.push(" UNION ALL SELECT ").bind(*user);
            }
            sql.push(")");
        }
        // The index on the organization has its users in the order of their age.
        (Start::Order, [org], None) if !has_order => {
            sql.push("s.org = ").bind(*org);
        }
        (_, [org], None) => {
            sql.push("+s.org = ").bind(*org);
        }
        (_, orgs, and_user) => {
            sql.push("(+s.org IN ").bind_list(orgs);
            if let Some(user) = and_user {
                sql.push(" OR +s.row = ").bind(*user);
            }
            sql.push(")");
        }
    }
}

fn write_order(sql: &mut Sql, search: &UserSearch, start: Start) {
    let column = match search.order {
        None => {
            sql.push(" ORDER BY s.row");
            return;
        }
        Some(UserOrder::Text(text)) => columns(text).0,
        Some(UserOrder::State) => "s.state",
        Some(UserOrder::Kind) => "s.kind",
        Some(UserOrder::CreatedAt) => "s.created_at",
    };
    let plus = if start == Start::Order { "" } else { "+" };
    let (direction, nulls) = if search.page.is_ascending {
        ("ASC", "LAST")
    } else {
        ("DESC", "FIRST")
    };
    // As the indexes have it, so that they need not be sorted.
    sql.push(&format!(
        " ORDER BY {plus}{column} {direction} NULLS {nulls}, s.org {direction}, s.row {direction}"
    ));
}

#[cfg(test)]
mod tests;
