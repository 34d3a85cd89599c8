//! What organizations and members can be searched for.
//!
//! `api` builds these from requests, `store` finds what they describe; several conditions all hold.

use super::{OrgState, TextMatch};

/// What an organization must be like to be found.
#[derive(Clone, Debug, PartialEq)]
pub enum OrgCondition {
    /// Its name.
    Name(TextMatch),
    /// One of its domains.
    Domain(TextMatch),
    /// Its state; no organization is in an unknown one.
    State(Option<OrgState>),
    /// Its id.
    Id(String),
    /// It is the default organization.
    IsDefault,
}

/// What organizations are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrgOrder {
    /// Their name without regard to case.
    Name,
    /// When they were made.
    CreatedAt,
}

/// What a member must be like to be found.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberCondition {
    /// The person's first name.
    FirstName(TextMatch),
    /// The person's last name.
    LastName(TextMatch),
    /// The person's e-mail address.
    Email(TextMatch),
    /// The user's id.
    UserId(String),
}

/// What members are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberOrder {
    /// The user's id.
    UserId,
    /// When the membership began.
    CreatedAt,
    /// When the roles last changed.
    ChangedAt,
    /// The organization that the user belongs to.
    UserOrg,
}
