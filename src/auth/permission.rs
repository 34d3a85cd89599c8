//! Roles and what they permit: contract/orgs-and-auth.md §2 as data.

/// Every permission that a method may require, for the contract test.
pub const PERMISSIONS: &[&str] = &[
    "iam.read",
    "iam.write",
    "iam.member.read",
    "iam.member.write",
    "iam.member.delete",
    "iam.policy.read",
    "iam.policy.write",
    "iam.policy.delete",
    "events.read",
    "org.read",
    "org.write",
    "org.create",
    "org.delete",
    "org.global.read",
    "org.member.read",
    "org.member.write",
    "org.member.delete",
    "user.read",
    "user.write",
    "user.delete",
    "user.self.delete",
    "user.global.read",
    "user.credential.write",
    "user.membership.read",
    "policy.read",
    "policy.write",
    "policy.delete",
];

/// Role names with their permissions, separated by spaces; the order is the one that lists show.
const ROLES: &[(&str, &str)] = &[
    (
        "IAM_OWNER",
        "iam.read iam.write iam.member.read iam.member.write iam.member.delete iam.policy.read iam.policy.write \
         iam.policy.delete events.read org.read org.write org.create org.delete org.global.read org.member.read \
         org.member.write org.member.delete user.read user.write user.delete user.global.read user.credential.write \
         user.membership.read policy.read policy.write policy.delete",
    ),
    (
        "IAM_OWNER_VIEWER",
        "iam.read iam.member.read events.read iam.policy.read org.read org.member.read user.read user.global.read \
         user.membership.read policy.read",
    ),
    (
        "IAM_ORG_MANAGER",
        "org.read org.write org.create org.delete org.global.read org.member.read org.member.write org.member.delete \
         user.read user.write user.delete user.global.read user.credential.write user.membership.read policy.read \
         policy.write policy.delete",
    ),
    (
        "IAM_USER_MANAGER",
        "org.read org.global.read org.member.read org.member.delete user.read user.write user.delete user.global.read \
         user.membership.read",
    ),
    ("IAM_ADMIN_IMPERSONATOR", ""),
    ("IAM_END_USER_IMPERSONATOR", ""),
    (
        "IAM_LOGIN_CLIENT",
        "iam.read iam.policy.read iam.member.read iam.member.write org.read org.member.read org.member.write user.read \
         user.write user.credential.write user.membership.read policy.read",
    ),
    (
        "ORG_OWNER",
        "org.read org.write org.delete org.global.read org.member.read org.member.write org.member.delete user.read \
         user.write user.delete user.global.read user.credential.write user.membership.read policy.read policy.write \
         policy.delete",
    ),
    (
        "ORG_USER_MANAGER",
        "org.read user.read user.write user.delete user.global.read user.membership.read policy.read",
    ),
    (
        "ORG_OWNER_VIEWER",
        "org.read org.member.read user.read user.global.read user.membership.read policy.read",
    ),
    (
        "ORG_SETTINGS_MANAGER",
        "org.read org.write org.member.read policy.read policy.write policy.delete",
    ),
    (
        "ORG_USER_PERMISSION_EDITOR",
        "org.read org.member.read user.read user.global.read policy.read",
    ),
    (
        "ORG_PROJECT_PERMISSION_EDITOR",
        "org.read org.member.read user.read user.global.read policy.read",
    ),
    ("ORG_PROJECT_CREATOR", "user.global.read policy.read"),
    ("ORG_ADMIN_IMPERSONATOR", ""),
    ("ORG_END_USER_IMPERSONATOR", ""),
    ("ORG_USER_SELF_MANAGER", "user.self.delete policy.read"),
    (
        "SELF_MANAGEMENT_GLOBAL",
        "org.create user.self.delete policy.read",
    ),
    (
        "PROJECT_OWNER",
        "user.read user.global.read user.membership.read org.global.read policy.read",
    ),
    (
        "PROJECT_OWNER_VIEWER",
        "user.read user.global.read user.membership.read policy.read",
    ),
    (
        "PROJECT_OWNER_GLOBAL",
        "user.global.read user.membership.read org.global.read policy.read",
    ),
    (
        "PROJECT_OWNER_VIEWER_GLOBAL",
        "user.global.read user.membership.read policy.read",
    ),
    (
        "PROJECT_GRANT_OWNER",
        "user.read user.global.read user.membership.read org.global.read policy.read",
    ),
    (
        "PROJECT_GRANT_OWNER_VIEWER",
        "user.read user.global.read user.membership.read policy.read",
    ),
];

/// Whether a role grants a permission; a role that nobody knows grants nothing.
pub fn grants(role: &str, permission: &str) -> bool {
    ROLES
        .iter()
        .find(|(name, _)| *name == role)
        .is_some_and(|(_, permissions)| permissions.split(' ').any(|granted| granted == permission))
}

/// The role that lets everybody make organizations; given in the default organization.
pub const SELF_MANAGEMENT: &str = "SELF_MANAGEMENT_GLOBAL";

/// The roles of organizations, `ORG_…`, in the order of lists.
pub fn org_roles() -> impl Iterator<Item = &'static str> {
    roles("ORG_")
}

/// The roles of the instance, `IAM_…`, in the order of lists.
pub fn instance_roles() -> impl Iterator<Item = &'static str> {
    roles("IAM_")
}

fn roles(prefix: &'static str) -> impl Iterator<Item = &'static str> {
    let names = ROLES.iter().map(|(name, _)| *name);
    names.filter(move |name| name.starts_with(prefix))
}

/// Whether a member of an organization may have that role: `ORG_…` or `SELF_MANAGEMENT_GLOBAL`.
pub fn is_org_role(role: &str) -> bool {
    role == SELF_MANAGEMENT || org_roles().any(|name| name == role)
}

/// Whether a member of the instance may have that role: `IAM_…`.
pub fn is_instance_role(role: &str) -> bool {
    instance_roles().any(|name| name == role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_granted_permission_is_a_known_one() {
        for (role, permissions) in ROLES {
            for permission in permissions
                .split(' ')
                .filter(|permission| !permission.is_empty())
            {
                assert!(
                    PERMISSIONS.contains(&permission),
                    "{role} grants {permission}"
                );
            }
        }
    }

    #[test]
    fn an_instance_owner_may_everything_but_leave_by_itself() {
        for permission in PERMISSIONS {
            assert_eq!(
                grants("IAM_OWNER", permission),
                *permission != "user.self.delete",
                "{permission}"
            );
        }
        assert!(!grants("ORG_OWNER", "org.create"));
        assert!(!grants("NOBODY", "user.read"));
    }

    #[test]
    fn members_of_an_organization_have_its_roles_only() {
        assert!(is_org_role("ORG_OWNER") && is_org_role("SELF_MANAGEMENT_GLOBAL"));
        assert!(!is_org_role("IAM_OWNER") && !is_org_role("ORG_NOBODY"));
        assert!(is_instance_role("IAM_OWNER") && !is_instance_role("ORG_OWNER"));
        assert_eq!(org_roles().next(), Some("ORG_OWNER"));
    }
}
