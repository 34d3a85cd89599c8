//! The English texts of the message keys; a key without a text is shown as it is.

/// The text for a message key. The authentication step's literals and keys come back unchanged: that
/// step does not translate (contract/README §5).
pub(super) fn of(key: &'static str) -> &'static str {
    match key {
        "Errors.Invalid.Argument" => "An argument is missing or invalid",
        "Errors.NotFound" => "Not found",
        "Errors.Metadata.Invalid" => "The metadata is invalid",
        "Errors.AuthNKey.ExpireBeforeNow" => "The expiration date lies in the past",
        "Errors.Org.AlreadyExists" => "An organization with this name exists already",
        "Errors.Org.Invalid" => "The organization is invalid",
        "Errors.Org.MemberInvalid" => "The member is invalid",
        "Errors.Org.Member.AlreadyExists" => "The user is a member already",
        "Errors.Org.Member.RolesNotChanged" => "The member has exactly these roles already",
        "Errors.User.AlreadyExisting" => "A user with this id exists already",
        "Errors.User.AlreadyExists" => "A user with this user name exists already",
        "Errors.User.DomainNotAllowedAsUsername" => {
            "The domain in the user name belongs to another organization"
        }
        "Errors.User.Invalid" => "The user is invalid",
        "Errors.User.NotFound" => "The user does not exist",
        "Errors.User.NotHuman" => "The user is not a human",
        "Errors.User.NotInitialised" => "The user is not initialized yet",
        "Errors.User.UserIDMissing" => "The user id is missing",
        "Errors.User.WrongType" => "The user is of the wrong type for this",
        "Errors.User.Username.Empty" => "The user name is empty",
        "Errors.User.Code.Empty" => "There is no pending code",
        "Errors.User.Code.Invalid" => "The code is wrong or expired",
        "Errors.User.Code.NotFound" => "There is no pending code",
        "Errors.User.Email.Empty" => "The e-mail address is empty",
        "Errors.User.Email.Invalid" => "The e-mail address is invalid",
        "Errors.User.PAT.NotFound" => "The personal access token does not exist",
        "Errors.User.PasswordComplexityPolicy.HasLower" => "The password needs a lower-case letter",
        "Errors.User.PasswordComplexityPolicy.HasNumber" => "The password needs a digit",
        "Errors.User.PasswordComplexityPolicy.HasSymbol" => "The password needs a symbol",
        "Errors.User.PasswordComplexityPolicy.HasUpper" => {
            "The password needs an upper-case letter"
        }
        "Errors.User.PasswordComplexityPolicy.MinLength" => "The password is too short",
        "Errors.User.Phone.AlreadyVerified" => "The phone number is verified already",
        "Errors.User.Phone.Empty" => "The phone number is empty",
        "Errors.User.Phone.IDMissing" => "The user id is missing",
        "Errors.User.Phone.Invalid" => "The phone number is invalid",
        "Errors.User.Phone.NotChanged" => "The phone number has not changed",
        "Errors.User.Phone.NotFound" => "The phone does not exist",
        "Errors.User.Profile.FirstNameEmpty" => "The first name is empty",
        "Errors.User.Profile.LastNameEmpty" => "The last name is empty",
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ALL, Code};

    #[test]
    fn every_key_has_a_text_but_those_of_the_authentication_step() {
        for entry in ALL
            .iter()
            .filter(|entry| entry.code != Code::Unauthenticated)
        {
            assert!(
                !super::of(entry.key).starts_with("Errors."),
                "{} has no text",
                entry.key
            );
        }
    }
}
