//! The English texts of the message keys; a key without a text is shown as it is.

/// The text for a message key. The authentication step's literals and keys come back unchanged: that
/// step does not translate (contract/README §5).
pub(super) fn of(key: &'static str) -> &'static str {
    match key {
        "Errors.Invalid.Argument" => "An argument is missing or invalid",
        "Errors.NotFound" => "Not found",
        "Errors.IDMissing" => "The id is missing",
        "Errors.Query.LimitExceeded" => "The limit is above the allowed maximum of 1000",
        "Errors.Query.TooManyNestingLevels" => "The queries are nested more than 20 levels deep",
        "Errors.Language.Undefined" => "The language is not a language tag",
        "Errors.Language.NotSupported" => "The language is not supported",
        "Errors.CustomMessageText.Invalid" => "The message text is invalid",
        "Errors.CustomMessageText.NotFound" => "There is no message text of this level",
        "Errors.NoChangesFound" => "Nothing would change",
        "Errors.SMSConfig.AlreadyActive" => "This way to send SMS is active already",
        "Errors.SMSConfig.AlreadyDeactivated" => "This way to send SMS is inactive already",
        "Errors.SMSConfig.NotExisting" | "Errors.SMSConfig.NotFound" => {
            "There is no such way to send SMS"
        }
        "Errors.SMTPConfig.AlreadyActive" => "This way to send e-mail is active already",
        "Errors.SMTPConfig.AlreadyDeactivated" => "This way to send e-mail is inactive already",
        "Errors.SMTPConfig.NotFound" => "There is no such way to send e-mail",
        "Errors.SMTPConfig.TestPassword" => {
            "A password, or the id of a mail server with one, is needed"
        }
        "Errors.Provider.AlreadyActive" => "The provider is active already",
        "Errors.Provider.AlreadyExists" => "There is a provider of this name",
        "Errors.Provider.Changed" => "The provider was changed meanwhile; look at it and try again",
        "Errors.Provider.Configured" => {
            "The provider is one of the configuration file, and is changed there"
        }
        "Errors.Provider.Inactive" => "The provider is inactive",
        "Errors.Provider.NameTaken" => {
            "The configuration has a provider of this name, which runs in its place; remove this one, or \
             rename the other"
        }
        "Errors.Provider.NotFound" => "There is no such provider",
        "Errors.Provider.NotRead" => {
            "The configuration cannot be read; the server's log says why, and all goes on as before"
        }
        "Errors.Provider.NotRunning" => "The provider does not run",
        "Errors.Provider.OfSMSConfig" => {
            "The provider is one of /admin/v1/sms, and is changed by those calls"
        }
        "Errors.Provider.PluginUnusable" => "The plugin cannot be used",
        "Errors.Provider.SettingsInvalid" => "The settings do not suit the plugin",
        "Errors.Limit.CountryUnknown" => {
            "The country is no ISO 3166-1 alpha-2 code such as \"CH\", nor \"ZZ\" for none"
        }
        "Errors.Limit.NotStopped" => "The sends to this country are not stopped",
        "Errors.Message.IsEmail" => {
            "Only SMS that verify a phone are sent again here; for anything else make a new code"
        }
        "Errors.Message.IsSending" => {
            "A provider is being asked to send the message at this moment"
        }
        "Errors.Message.NotFound" => "There is no such message",
        "Errors.Message.NotWanted" => {
            "Nobody waits for the message: the number was verified, changed or removed"
        }
        "Errors.IAM.MemberInvalid" => "The member is invalid",
        "Errors.IAM.Member.RolesNotChanged" => "The member has exactly these roles already",
        "Errors.Instance.Member.AlreadyExists" => "The user is a member already",
        "Errors.Metadata.KeyNotExisting" => "There is no metadata under this key",
        "Errors.Metadata.NoData" => "No metadata is given",
        "Errors.Metadata.NotFound" => "There is no metadata under this key",
        "Errors.PersonalAccessToken.NotFound" => "The personal access token does not exist",
        "Errors.AuthNKey.NotFound" => "The key does not exist",
        "Errors.Org.AlreadyActive" => "The organization is active already",
        "Errors.Org.AlreadyDeactivated" => "The organization is deactivated already",
        "Errors.Org.AlreadyExisting" => "An organization with this id exists already",
        "Errors.Org.DefaultOrgNotDeletable" => "The default organization cannot be removed",
        "Errors.Org.Domain.AlreadyExists" => "The domain exists already",
        "Errors.Org.DomainNotOnOrg" => "The domain does not belong to the organization",
        "Errors.Org.DomainNotVerified" => "The domain is not verified",
        "Errors.Org.InvalidDomain" => "The domain is invalid",
        "Errors.Org.NotChanged" => "The organization has not changed",
        "Errors.Org.NotFound" => "The organization does not exist",
        "Errors.Org.ZitadelOrgNotDeletable" => {
            "The organization that holds the project of this API cannot be removed"
        }
        "Errors.Org.PrimaryDomainNotDeletable" => "The primary domain cannot be removed",
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
        "Errors.User.AlreadyInactive" => "The user is deactivated already",
        "Errors.User.AlreadyInitialised" => "The user is initialized already",
        "Errors.User.CantDeactivateInitial" => {
            "A user who is not initialized yet cannot be deactivated; remove it instead"
        }
        "Errors.User.Email.AlreadyVerified" => "The e-mail address is verified already",
        "Errors.User.Email.IDMissing" => "The user id is missing",
        "Errors.User.Email.NotChanged" => "The e-mail address has not changed",
        "Errors.User.Email.NotFound" => "The e-mail address does not exist",
        "Errors.User.Machine.Key.Invalid" => "The public key is not an RSA key in PEM",
        "Errors.User.Machine.Key.NotFound" => "The key does not exist",
        "Errors.User.Machine.Secret.NotExisting" => "The machine user has no secret",
        "Errors.User.NotChanged" => "The user has not changed",
        "Errors.User.NotExisting" => "The machine user does not exist",
        "Errors.User.NotInactive" => "The user is not deactivated",
        "Errors.User.NotLocked" => "The user is not locked",
        "Errors.User.Password.Invalid" => "The password is wrong",
        "Errors.User.Password.NotFound" => "The user does not exist",
        "Errors.User.Password.NotSet" => "The user has no password",
        "Errors.User.Phone.VerifyingRemovalIsNotSupported" => {
            "An empty phone number removes the phone and cannot be verified"
        }
        "Errors.User.Profile.NotChanged" => "The profile has not changed",
        "Errors.User.Profile.NotFound" => "The user does not exist",
        "Errors.User.ShouldBeActiveOrInitial" => "The user is neither active nor initial",
        "Errors.User.UsernameNotChanged" => "The user name has not changed",
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
