//! What the server says about itself and the instance: contract/README.md §9, orgs-and-auth.md §1.

mod get;
mod languages;

pub(super) use languages::default_language;

use super::table::{ADMIN, AUTH, MANAGEMENT, SETTINGS, Table};

/// What the instance is called.
pub(super) const NAME: &str = "Belfry";

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(MANAGEMENT, "GetIAM", get::get_iam)?
        .on(MANAGEMENT, "GetOIDCInformation", get::get_oidc_information)?
        .on(ADMIN, "GetMyInstance", get::get_my_instance)?
        .on(SETTINGS, "GetGeneralSettings", get::get_general_settings)?
        .on(
            MANAGEMENT,
            "GetSupportedLanguages",
            languages::of_management,
        )?
        .on(AUTH, "GetSupportedLanguages", languages::of_auth)?
        .on(ADMIN, "GetSupportedLanguages", languages::of_admin)?
        .on(ADMIN, "GetDefaultLanguage", languages::get_default_language)?
        .on(ADMIN, "SetDefaultLanguage", languages::set_default_language)
}
