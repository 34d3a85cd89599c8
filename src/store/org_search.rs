//! Finds organizations: a page of those that conditions describe, and how many there are.
//!
//! There are few organizations beside users, so that only what is looked for whole (a name, a domain,
//! an id) is found by an index; everything else walks through them. Called by `api::orgs`.

use super::{
    orgs::{organization, select_organization},
    transaction::ReadTx,
    user_conditions::Sql,
};
use crate::{
    domain::{Comparison, List, OrgCondition, OrgOrder, Organization, Page, TextMatch, search_key},
    error::Error,
};

/// A search for organizations.
#[derive(Clone, Debug)]
pub struct OrgSearch {
    /// The organizations that may be found, by row; `None` for all of them.
    pub within: Option<Vec<i64>>,
    /// What they must be like.
    pub conditions: Vec<OrgCondition>,
    /// How they are sorted; `None`: by age.
    pub order: Option<OrgOrder>,
    /// Which part is wanted.
    pub page: Page,
}

impl ReadTx<'_> {
    /// The organizations that a search finds.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn search_orgs(&self, search: &OrgSearch) -> Result<List<Organization>, Error> {
        let mut sql = Sql::default();
        sql.push(select_organization!(""));
        write_where(&mut sql, search);
        write_order(&mut sql, search.order, search.page.is_ascending);
        sql.page(search.page);
        let items = self.select(&sql, organization)?;

        let mut sql = Sql::default();
        sql.push("SELECT count(*) FROM orgs o WHERE o.state <> 3 AND ");
        write_where(&mut sql, search);
        Ok(List {
            items,
            total: self.count(&sql)?,
            as_of: self.as_of()?,
        })
    }

    /// The one number of a query.
    pub(super) fn count(&self, sql: &Sql) -> Result<u64, Error> {
        let counts: Vec<i64> = self.select(sql, |row| row.get(0))?;
        Ok(counts.iter().map(|count| count.unsigned_abs()).sum())
    }
}

fn write_where(sql: &mut Sql, search: &OrgSearch) {
    match &search.within {
        Some(orgs) => sql.push("o.row IN ").bind_list(orgs),
        None => sql.push("1"),
    };
    for condition in &search.conditions {
        sql.push(" AND ");
        write(sql, condition);
    }
}

fn write(sql: &mut Sql, condition: &OrgCondition) {
    match condition {
        OrgCondition::Name(wanted) => write_name(sql, wanted),
        OrgCondition::Domain(wanted) => {
            sql.push("o.row IN (SELECT d.org FROM org_domains d WHERE d.is_verified = 1 AND ");
            match wanted.comparison {
                // Domains are stored in lower case.
                Comparison::Equals if wanted.ignores_case => {
                    sql.push("d.domain = ").bind(wanted.text.to_lowercase())
                }
                Comparison::Equals => sql.push("d.domain = ").bind(wanted.text.clone()),
                _ => sql.matches("d.domain", wanted),
            }
            .push(")");
        }
        OrgCondition::State(Some(state)) => {
            sql.push("o.state = ").bind(*state as i64);
        }
        OrgCondition::State(None) => {
            sql.push("0");
        }
        OrgCondition::Id(id) => {
            sql.push("o.id = ").bind(id.clone());
        }
        OrgCondition::IsDefault => {
            sql.push("o.row = (SELECT default_org FROM instance)");
        }
    }
}

/// A whole name is found by the index, whatever its case.
fn write_name(sql: &mut Sql, wanted: &TextMatch) {
    if wanted.comparison == Comparison::Equals {
        sql.push("o.name_key = ").bind(wanted.text.to_lowercase());
        if !wanted.ignores_case {
            sql.push(" AND o.name = ").bind(wanted.text.clone());
        }
    } else {
        sql.matches("o.name", wanted);
    }
}

fn write_order(sql: &mut Sql, order: Option<OrgOrder>, is_ascending: bool) {
    let direction = if is_ascending { "ASC" } else { "DESC" };
    sql.push(&match order {
        None => " ORDER BY o.row".to_owned(),
        Some(OrgOrder::Name) => format!(" ORDER BY o.name_key {direction}"),
        Some(OrgOrder::CreatedAt) => {
            format!(" ORDER BY o.created_at {direction}, o.row {direction}")
        }
    });
}

impl Sql {
    /// A text column compares as wanted; a missing text never does.
    pub fn matches(&mut self, column: &str, wanted: &TextMatch) -> &mut Self {
        if wanted.ignores_case {
            let key = search_key(&wanted.text);
            self.text_matches(&format!("search_key({column})"), wanted.comparison, &key)
        } else {
            self.text_matches(column, wanted.comparison, &wanted.text)
        }
    }

    /// Only the rows of a page.
    pub fn page(&mut self, page: Page) -> &mut Self {
        self.push(" LIMIT ")
            .bind(i64::from(page.limit))
            .push(" OFFSET ")
            .bind(page.offset)
    }
}
