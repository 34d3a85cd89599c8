//! Every error id of the contract that Belfry answers: name, kind, id and message key.
//!
//! Sources: contract/README §7, phone.md, users.md, orgs-and-auth.md. An id may stand here twice,
//! because the contract uses some of them for two messages.

use super::{Code, Entry};

macro_rules! catalogue {
    ($($name:ident $code:ident $id:literal $key:literal)*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $key)]
            pub const $name: &Entry = &Entry { code: Code::$code, id: $id, key: $key };
        )*

        /// All entries, for tests and documentation.
        pub const ALL: &[&Entry] = &[$($name),*];
    };
}

catalogue! {
    // Authentication and permissions
    AUTH_HEADER_INVALID Unauthenticated "AUTH-toLo1" "invalid auth header"
    TOKEN_INVALID Unauthenticated "AUTH-7fs1e" "Errors.Token.Invalid"
    ORG_UNKNOWN PermissionDenied "AUTH-Bs7Ds" "Organisation doesn't exist"
    MEMBERSHIP_NOT_FOUND NotFound "AUTHZ-cdgFk" "membership not found"
    PERMISSION_NOT_MATCHING PermissionDenied "AUTH-5mWD2" "No matching permissions found"
    PERMISSION_MISSING PermissionDenied "AUTH-AWfge" "No matching permissions found"

    // Phone numbers
    PHONE_EMPTY InvalidArgument "PHONE-Zt0NV" "Errors.User.Phone.Empty"
    PHONE_INVALID InvalidArgument "PHONE-so0wa" "Errors.User.Phone.Invalid"

    // Phone, management and auth
    PHONE_GET_USER_NOT_FOUND NotFound "QUERY-DAvb3" "Errors.User.NotFound"
    PHONE_GET_NOT_HUMAN FailedPrecondition "QUERY-hliQl" "Errors.User.NotHuman"
    PHONE_CHANGE_USER_NOT_FOUND FailedPrecondition "COMMAND-3M0fs" "Errors.User.NotFound"
    PHONE_CHANGE_NOT_CHANGED FailedPrecondition "COMMAND-wF94r" "Errors.User.Phone.NotChanged"
    PHONE_REMOVE_USER_NOT_FOUND FailedPrecondition "COMMAND-3M9fs" "Errors.User.NotFound"
    PHONE_REMOVE_NOT_FOUND NotFound "COMMAND-p6rsc" "Errors.User.Phone.NotFound"
    PHONE_RESEND_USER_NOT_FOUND FailedPrecondition "COMMAND-2M0fs" "Errors.User.NotFound"
    PHONE_RESEND_NOT_FOUND NotFound "COMMAND-2b7Hf" "Errors.User.Phone.NotFound"
    PHONE_RESEND_VERIFIED FailedPrecondition "COMMAND-2M9sf" "Errors.User.Phone.AlreadyVerified"
    PHONE_VERIFY_USER_NOT_FOUND FailedPrecondition "COMMAND-Rsj8c" "Errors.User.NotFound"
    PHONE_VERIFY_CODE_NOT_FOUND NotFound "COMMAND-Rsj8c" "Errors.User.Code.NotFound"
    PHONE_VERIFY_CODE_INVALID InvalidArgument "COMMAND-sM0cs" "Errors.User.Code.Invalid"

    // Phone, v2
    V2_PHONE_ID_MISSING InvalidArgument "COMMAND-xP292j" "Errors.User.Phone.IDMissing"
    V2_PHONE_NOT_FOUND NotFound "COMMAND-ieJ2e" "Errors.User.Phone.NotFound"
    V2_PHONE_NOT_SET FailedPrecondition "COMMAND-ieJ2e" "Errors.User.Phone.NotFound"
    V2_PHONE_NOT_INITIALISED FailedPrecondition "COMMAND-uz0Uu" "Errors.User.NotInitialised"
    V2_PHONE_NOT_CHANGED FailedPrecondition "COMMAND-Uch5e" "Errors.User.Phone.NotChanged"
    V2_PHONE_CODE_EMPTY FailedPrecondition "PHONE-5xrra88eq8" "Errors.User.Code.Empty"
    V2_PHONE_CODE_INVALID InvalidArgument "COMMAND-eis9R" "Errors.User.Code.Invalid"

    // Users
    USER_NOT_FOUND NotFound "QUERY-Dfbg2" "Errors.User.NotFound"
    USER_NOT_FOUND_IN_ORG NotFound "MANAG-fpo4B" "Errors.User.NotFound"
    USER_REMOVE_NOT_FOUND NotFound "COMMAND-m9od" "Errors.User.NotFound"
    V2_USER_DELETE_NOT_FOUND NotFound "COMMAND-bd4ir1mblj" "Errors.User.NotFound"
    USER_NAME_TAKEN AlreadyExists "V3-DKcYh" "Errors.User.AlreadyExists"
    USER_NAME_DOMAIN_NOT_ALLOWED InvalidArgument "COMMAND-SFd21" "Errors.User.DomainNotAllowedAsUsername"
    HUMAN_NAME_EMPTY InvalidArgument "V2-zzad3" "Errors.Invalid.Argument"
    HUMAN_FIRST_NAME_EMPTY InvalidArgument "USER-UCej2" "Errors.User.Profile.FirstNameEmpty"
    HUMAN_LAST_NAME_EMPTY InvalidArgument "USER-4hB7d" "Errors.User.Profile.LastNameEmpty"
    HUMAN_EXISTS FailedPrecondition "COMMAND-k2unb" "Errors.User.AlreadyExisting"
    V2_HUMAN_EXISTS FailedPrecondition "COMMAND-7yiox1isql" "Errors.User.AlreadyExisting"
    IMPORT_USER_NAME_EMPTY InvalidArgument "COMMAND-00p2b" "Errors.User.Username.Empty"
    IMPORT_FIRST_NAME_EMPTY InvalidArgument "PROFILE-RF5z2" "Errors.User.Profile.FirstNameEmpty"
    IMPORT_LAST_NAME_EMPTY InvalidArgument "PROFILE-DSUkN" "Errors.User.Profile.LastNameEmpty"
    EMAIL_EMPTY InvalidArgument "EMAIL-spblu" "Errors.User.Email.Empty"
    EMAIL_INVALID InvalidArgument "EMAIL-599BI" "Errors.User.Email.Invalid"
    PASSWORD_TOO_SHORT InvalidArgument "DOMAIN-HuJf6" "Errors.User.PasswordComplexityPolicy.MinLength"
    PASSWORD_WITHOUT_LOWER InvalidArgument "DOMAIN-co3Xw" "Errors.User.PasswordComplexityPolicy.HasLower"
    PASSWORD_WITHOUT_UPPER InvalidArgument "DOMAIN-VoaRj" "Errors.User.PasswordComplexityPolicy.HasUpper"
    PASSWORD_WITHOUT_NUMBER InvalidArgument "DOMAIN-ZBv4H" "Errors.User.PasswordComplexityPolicy.HasNumber"
    PASSWORD_WITHOUT_SYMBOL InvalidArgument "DOMAIN-ZDLwA" "Errors.User.PasswordComplexityPolicy.HasSymbol"

    USER_QUERY_TOO_DEEP InvalidArgument "USER-zsQ97" "Errors.Query.TooManyNestingLevels"
    USER_RENAME_ID_MISSING InvalidArgument "COMMAND-2N9fs" "Errors.IDMissing"
    USER_RENAME_NOT_FOUND NotFound "COMMAND-5N9ds" "Errors.User.NotFound"
    USER_RENAME_NOT_CHANGED FailedPrecondition "COMMAND-6m9gs" "Errors.User.UsernameNotChanged"
    USER_RENAME_DOMAIN_NOT_ALLOWED InvalidArgument "COMMAND-Di2ei" "Errors.User.DomainNotAllowedAsUsername"

    // States of users
    USER_DEACTIVATE_NOT_FOUND NotFound "COMMAND-3M9ds" "Errors.User.NotFound"
    USER_DEACTIVATE_INITIAL NotFound "COMMAND-ke0fw" "Errors.User.CantDeactivateInitial"
    USER_DEACTIVATE_INACTIVE FailedPrecondition "COMMAND-5M0sf" "Errors.User.AlreadyInactive"
    USER_REACTIVATE_NOT_FOUND NotFound "COMMAND-4M0sd" "Errors.User.NotFound"
    USER_REACTIVATE_NOT_INACTIVE FailedPrecondition "COMMAND-6M0sf" "Errors.User.NotInactive"
    USER_LOCK_NOT_FOUND NotFound "COMMAND-5M9fs" "Errors.User.NotFound"
    USER_LOCK_NOT_ACTIVE FailedPrecondition "COMMAND-3NN8v" "Errors.User.ShouldBeActiveOrInitial"
    USER_UNLOCK_NOT_FOUND NotFound "COMMAND-M0dos" "Errors.User.NotFound"
    USER_UNLOCK_NOT_LOCKED FailedPrecondition "COMMAND-4M0ds" "Errors.User.NotLocked"
    V2_USER_DEACTIVATE_NOT_FOUND NotFound "COMMAND-5gp2p62iin" "Errors.User.NotFound"
    V2_USER_DEACTIVATE_INITIAL FailedPrecondition "COMMAND-gvx4kct9r2" "Errors.User.CantDeactivateInitial"
    V2_USER_DEACTIVATE_INACTIVE FailedPrecondition "COMMAND-5gunjw0cd7" "Errors.User.AlreadyInactive"
    V2_USER_REACTIVATE_NOT_FOUND NotFound "COMMAND-9hy5kzbuk6" "Errors.User.NotFound"
    V2_USER_REACTIVATE_NOT_INACTIVE FailedPrecondition "COMMAND-s5qqcz97hf" "Errors.User.NotInactive"
    V2_USER_LOCK_NOT_FOUND NotFound "COMMAND-450yxuqrh1" "Errors.User.NotFound"
    V2_USER_LOCK_NOT_ACTIVE FailedPrecondition "COMMAND-lgws8wtsqf" "Errors.User.ShouldBeActiveOrInitial"
    V2_USER_UNLOCK_NOT_FOUND NotFound "COMMAND-x377t913pw" "Errors.User.NotFound"
    V2_USER_UNLOCK_NOT_LOCKED FailedPrecondition "COMMAND-olb9vb0oca" "Errors.User.NotLocked"

    // Profile, e-mail, password
    PROFILE_GET_NOT_FOUND NotFound "QUERY-HNhb3" "Errors.User.NotFound"
    PROFILE_GET_NOT_HUMAN FailedPrecondition "QUERY-WLTce" "Errors.User.NotHuman"
    PROFILE_NOT_FOUND FailedPrecondition "COMMAND-3M9sd" "Errors.User.Profile.NotFound"
    PROFILE_NOT_CHANGED FailedPrecondition "COMMAND-2M0fs" "Errors.User.Profile.NotChanged"
    EMAIL_GET_NOT_FOUND NotFound "QUERY-Hms2s" "Errors.User.NotFound"
    EMAIL_GET_NOT_HUMAN FailedPrecondition "QUERY-pt7HY" "Errors.User.NotHuman"
    EMAIL_CHANGE_NOT_FOUND FailedPrecondition "COMMAND-0Pe4r" "Errors.User.Email.NotFound"
    EMAIL_CHANGE_NOT_INITIALISED FailedPrecondition "COMMAND-J8dsk" "Errors.User.NotInitialised"
    EMAIL_NOT_CHANGED FailedPrecondition "COMMAND-2b7fM" "Errors.User.Email.NotChanged"
    EMAIL_RESEND_NOT_FOUND NotFound "COMMAND-0Pe4r" "Errors.User.Email.NotFound"
    EMAIL_RESEND_NOT_INITIALISED FailedPrecondition "COMMAND-E3fbw" "Errors.User.NotInitialised"
    EMAIL_RESEND_VERIFIED FailedPrecondition "COMMAND-3M9ds" "Errors.User.Email.AlreadyVerified"
    EMAIL_VERIFY_CODE_NOT_FOUND NotFound "COMMAND-3n8ud" "Errors.User.Code.NotFound"
    EMAIL_VERIFY_CODE_INVALID InvalidArgument "COMMAND-Gdsgs" "Errors.User.Code.Invalid"
    INITIALIZATION_NOT_FOUND NotFound "COMMAND-2M9df" "Errors.User.NotFound"
    INITIALIZATION_DONE FailedPrecondition "COMMAND-2M9sd" "Errors.User.AlreadyInitialised"
    PASSWORD_NOT_FOUND FailedPrecondition "COMMAND-G8dh3" "Errors.User.Password.NotFound"
    PASSWORD_NOT_INITIALISED FailedPrecondition "COMMAND-M9dse" "Errors.User.NotInitialised"
    PASSWORD_WRONG InvalidArgument "COMMAND-3M0fs" "Errors.User.Password.Invalid"
    PASSWORD_NOT_SET FailedPrecondition "COMMAND-3nJ4t" "Errors.User.Password.NotSet"
    PASSWORD_RESET_NOT_FOUND NotFound "COMMAND-SAF4f" "Errors.User.NotFound"
    PASSWORD_RESET_NOT_INITIALISED FailedPrecondition "COMMAND-Sfe4g" "Errors.User.NotInitialised"
    V2_EMAIL_ID_MISSING InvalidArgument "COMMAND-0Gzs3" "Errors.User.Email.IDMissing"
    V2_EMAIL_NOT_FOUND NotFound "COMMAND-ieJ2e" "Errors.User.Email.NotFound"
    V2_EMAIL_NOT_CHANGED FailedPrecondition "COMMAND-Uch5e" "Errors.User.Email.NotChanged"
    V2_EMAIL_CODE_EMPTY FailedPrecondition "EMAIL-5w5ilin4yt" "Errors.User.Code.Empty"
    V2_CODE_INVALID InvalidArgument "COMMAND-eis9R" "Errors.User.Code.Invalid"
    V2_USER_UPDATE_NOT_FOUND NotFound "COMMAND-ugjs0upun6" "Errors.User.NotFound"
    V2_PHONE_REMOVAL_NOT_VERIFIED InvalidArgument "USERv2-4f3d6" "Errors.User.Phone.VerifyingRemovalIsNotSupported"
    V2_INVITE_NOT_FOUND NotFound "COMMAND-Wgvn4" "Errors.User.NotFound"
    V2_INVITE_CODE_EMPTY FailedPrecondition "COMMAND-Wr3gq" "Errors.User.Code.NotFound"

    // Metadata
    METADATA_USER_NOT_FOUND FailedPrecondition "COMMAND-uXHNj" "Errors.User.NotFound"
    METADATA_INVALID InvalidArgument "META-2m00f" "Errors.Metadata.Invalid"
    METADATA_NO_DATA FailedPrecondition "META-9mm2d" "Errors.Metadata.NoData"
    METADATA_GET_NOT_FOUND NotFound "QUERY-Rgh32" "Errors.Metadata.NotFound"
    METADATA_REMOVE_NOT_FOUND NotFound "META-ncnw3" "Errors.Metadata.NotFound"
    METADATA_BULK_REMOVE_INVALID InvalidArgument "COMMAND-m29ds" "Errors.Metadata.Invalid"
    METADATA_BULK_REMOVE_NOT_FOUND NotFound "META-2nnds" "Errors.Metadata.KeyNotExisting"

    // Machines and tokens
    MACHINE_CHANGE_NOT_FOUND NotFound "COMMAND-5M0od" "Errors.User.NotFound"
    MACHINE_NOT_CHANGED FailedPrecondition "COMMAND-2n8vs" "Errors.User.NotChanged"
    SECRET_NOT_MACHINE FailedPrecondition "COMMAND-x8910n" "Errors.User.NotExisting"
    SECRET_REMOVE_NOT_MACHINE FailedPrecondition "COMMAND-x7s802" "Errors.User.NotExisting"
    SECRET_NOT_EXISTING FailedPrecondition "COMMAND-coi82n" "Errors.User.Machine.Secret.NotExisting"
    KEY_USER_NOT_FOUND FailedPrecondition "COMMAND-bnipwm1" "Errors.User.NotFound"
    KEY_INVALID InvalidArgument "COMMAND-5F3h1" "Errors.User.Machine.Key.Invalid"
    KEY_GET_NOT_FOUND NotFound "QUERY-Dgr3g" "Errors.AuthNKey.NotFound"
    KEY_NOT_FOUND NotFound "COMMAND-4m77G" "Errors.User.Machine.Key.NotFound"
    TOKEN_GET_NOT_FOUND NotFound "QUERY-fRunu" "Errors.PersonalAccessToken.NotFound"
    MACHINE_USER_NAME_EMPTY InvalidArgument "COMMAND-bs9Ds" "Errors.User.Invalid"
    MACHINE_NAME_EMPTY InvalidArgument "COMMAND-bm9Ds" "Errors.User.Invalid"
    MACHINE_EXISTS FailedPrecondition "COMMAND-k2una" "Errors.User.AlreadyExisting"
    TOKEN_USER_NOT_FOUND FailedPrecondition "COMMAND-Dggw2" "Errors.User.NotFound"
    TOKEN_USER_WRONG_TYPE FailedPrecondition "COMMAND-Df2f1" "Errors.User.WrongType"
    TOKEN_EXPIRES_IN_THE_PAST InvalidArgument "DOMAIN-dv3t5" "Errors.AuthNKey.ExpireBeforeNow"
    TOKEN_NOT_FOUND NotFound "COMMAND-4m77G" "Errors.User.PAT.NotFound"

    // Organizations and members
    ORG_INVALID InvalidArgument "EVENT-Mf9sd" "Errors.Org.Invalid"
    ORG_NAME_TAKEN AlreadyExists "V3-DKcYh" "Errors.Org.AlreadyExists"
    ORG_NOT_FOUND NotFound "QUERY-iTTGJ" "Errors.Org.NotFound"
    ORG_CHANGE_NOT_FOUND NotFound "ORG-1MRds" "Errors.Org.NotFound"
    ORG_NOT_CHANGED FailedPrecondition "ORG-4VSdf" "Errors.Org.NotChanged"
    ORG_DEACTIVATE_NOT_FOUND NotFound "ORG-oL9nT" "Errors.Org.NotFound"
    ORG_DEACTIVATED FailedPrecondition "EVENT-Dbs2g" "Errors.Org.AlreadyDeactivated"
    ORG_REACTIVATE_NOT_FOUND NotFound "ORG-Dgf3g" "Errors.Org.NotFound"
    ORG_ACTIVE FailedPrecondition "EVENT-bfnrh" "Errors.Org.AlreadyActive"
    ORG_DEFAULT FailedPrecondition "COMMA-wG9p1" "Errors.Org.DefaultOrgNotDeletable"
    ORG_HOLDS_PROJECT FailedPrecondition "COMMA-AF3JW" "Errors.Org.ZitadelOrgNotDeletable"
    ORG_REMOVE_NOT_FOUND NotFound "COMMA-aps2n" "Errors.Org.NotFound"
    ORG_UNIQUE_EMPTY InvalidArgument "QUERY-DGqfd" "Errors.Org.Invalid"
    ORG_SETUP_INVALID InvalidArgument "ORG-mruNY" "Errors.Invalid.Argument"
    ORG_EXISTS AlreadyExists "ORG-laho2n" "Errors.Org.AlreadyExisting"
    ORG_DOMAIN_INVALID InvalidArgument "ORG-r3h4J" "Errors.Org.InvalidDomain"
    ORG_DOMAIN_EXISTS AlreadyExists "COMMAND-Bd2jj" "Errors.Org.Domain.AlreadyExists"
    ORG_DOMAIN_NOT_FOUND NotFound "ORG-GDfA4" "Errors.Org.DomainNotOnOrg"
    ORG_DOMAIN_IS_PRIMARY FailedPrecondition "ORG-Sjdi3" "Errors.Org.PrimaryDomainNotDeletable"
    ORG_DOMAIN_NOT_VERIFIED FailedPrecondition "ORG-Ggd32" "Errors.Org.DomainNotVerified"
    IAM_MEMBER_INVALID InvalidArgument "INSTANCE-4m0fS" "Errors.IAM.MemberInvalid"
    IAM_MEMBER_USER_NOT_FOUND FailedPrecondition "INSTA-GSXOn" "Errors.User.NotFound"
    IAM_MEMBER_EXISTS AlreadyExists "INSTA-pFDwe" "Errors.Instance.Member.AlreadyExists"
    IAM_MEMBER_UPDATE_INVALID InvalidArgument "INSTANCE-LiaZi" "Errors.IAM.MemberInvalid"
    IAM_MEMBER_UPDATE_ROLE_UNKNOWN InvalidArgument "INSTANCE-3m9fs" "Errors.IAM.MemberInvalid"
    IAM_MEMBER_NOT_FOUND NotFound "INSTANCE-D8JxR" "Errors.NotFound"
    IAM_MEMBER_ROLES_NOT_CHANGED FailedPrecondition "INSTANCE-LiaZi" "Errors.IAM.Member.RolesNotChanged"
    MEMBER_ROLES_MISSING InvalidArgument "V2-PfYhb" "Errors.Invalid.Argument"
    MEMBER_ROLE_UNKNOWN InvalidArgument "Org-4N8es" "Errors.Org.MemberInvalid"
    MEMBER_USER_NOT_FOUND FailedPrecondition "ORG-GoXOn" "Errors.User.NotFound"
    MEMBER_EXISTS AlreadyExists "ORG-poWwe" "Errors.Org.Member.AlreadyExists"
    MEMBER_UPDATE_INVALID InvalidArgument "Org-LiaZi" "Errors.Org.MemberInvalid"
    MEMBER_UPDATE_ROLE_UNKNOWN InvalidArgument "IAM-m9fG8" "Errors.Org.MemberInvalid"
    MEMBER_UPDATE_NOT_FOUND NotFound "Org-D8JxR" "Errors.NotFound"
    MEMBER_ROLES_NOT_CHANGED FailedPrecondition "Org-LiaZi" "Errors.Org.Member.RolesNotChanged"

    // Lists, languages, texts
    LIST_LIMIT_EXCEEDED InvalidArgument "QUERY-4M0fs" "Errors.Query.LimitExceeded"
    LANGUAGE_UNDEFINED InvalidArgument "LANG-3M9f2" "Errors.Language.Undefined"
    LANGUAGE_NOT_SUPPORTED InvalidArgument "LANG-lg4DP" "Errors.Language.NotSupported"
    ORG_TEXT_INVALID InvalidArgument "Org-j59f" "Errors.CustomMessageText.Invalid"
    ORG_TEXT_NOT_FOUND NotFound "Org-3b8Jf" "Errors.CustomMessageText.NotFound"
    INSTANCE_TEXT_INVALID InvalidArgument "INSTANCE-fjw9b" "Errors.CustomMessageText.Invalid"
    INSTANCE_TEXT_NOT_FOUND NotFound "INSTANCE-fju90" "Errors.CustomMessageText.NotFound"

    // E-mail providers, secret generators
    SMTP_GET_NOT_FOUND NotFound "QUERY-fwofw" "Errors.SMTPConfig.NotFound"
    SMTP_ADD_SENDER_EMPTY InvalidArgument "COMMAND-SAAFpV8VKV" "Errors.Invalid.Argument"
    SMTP_ADD_HOST_INVALID InvalidArgument "COMMAND-EvAtufIinh" "Errors.Invalid.Argument"
    SMTP_UPDATE_SENDER_EMPTY InvalidArgument "COMMAND-gyPUXOTA4N" "Errors.Invalid.Argument"
    SMTP_UPDATE_HOST_INVALID InvalidArgument "COMMAND-kZNVkuL32L" "Errors.Invalid.Argument"
    SMTP_UPDATE_NOT_FOUND NotFound "COMMAND-j5IDFtt3T1" "Errors.SMTPConfig.NotFound"
    SMTP_PASSWORD_NOT_ACTIVE NotFound "COMMAND-rDHzqjGuKQ" "Errors.SMTPConfig.NotFound"
    SMTP_HTTP_UPDATE_NOT_FOUND NotFound "COMMAND-xIrdledqv4" "Errors.SMTPConfig.NotFound"
    SMTP_ACTIVATE_NOT_FOUND NotFound "COMMAND-E9K20hxOS9" "Errors.SMTPConfig.NotFound"
    SMTP_ACTIVE FailedPrecondition "COMMAND-vUHBSmBzaw" "Errors.SMTPConfig.AlreadyActive"
    SMTP_DEACTIVATE_NOT_FOUND NotFound "COMMAND-k39PJ" "Errors.SMTPConfig.NotFound"
    SMTP_INACTIVE FailedPrecondition "COMMAND-km8g3" "Errors.SMTPConfig.AlreadyDeactivated"
    SMTP_REMOVE_NOT_FOUND NotFound "COMMAND-09CXlTDL6w" "Errors.SMTPConfig.NotFound"
    SMTP_TEST_PASSWORD_MISSING InvalidArgument "SMTP-p9kj" "Errors.SMTPConfig.TestPassword"
    SMTP_TEST_PASSWORD_NOT_FOUND NotFound "SMTP-p9cc" "Errors.SMTPConfig.NotFound"
    SMTP_TEST_NOT_FOUND NotFound "SMTP-99klw" "Errors.SMTPConfig.NotFound"

    // SMS providers
    SMS_GET_NOT_FOUND NotFound "QUERY-fn99w" "Errors.SMSConfig.NotExisting"
    SMS_TWILIO_UPDATE_NOT_FOUND NotFound "COMMAND-MUY0IFAf8O" "Errors.SMSConfig.NotFound"
    SMS_TOKEN_NOT_FOUND NotFound "COMMAND-ij3NhEHATp" "Errors.SMSConfig.NotFound"
    SMS_HTTP_UPDATE_NOT_FOUND NotFound "COMMAND-6NW4I5Kqzj" "Errors.SMSConfig.NotFound"
    SMS_ACTIVATE_NOT_FOUND NotFound "COMMAND-9ULtp9PH5E" "Errors.SMSConfig.NotFound"
    SMS_ACTIVE FailedPrecondition "COMMAND-B25GFeIvRi" "Errors.SMSConfig.AlreadyActive"
    SMS_DEACTIVATE_NOT_FOUND NotFound "COMMAND-La91dGNhbM" "Errors.SMSConfig.NotFound"
    SMS_INACTIVE FailedPrecondition "COMMAND-OSZAEkYvk7" "Errors.SMSConfig.AlreadyDeactivated"
    SMS_REMOVE_NOT_FOUND NotFound "COMMAND-povEVHPCkV" "Errors.SMSConfig.NotFound"

    // Providers of plugins: Belfry's own
    PROVIDER_NOT_FOUND NotFound "PROV-N0tFd" "Errors.Provider.NotFound"
    PROVIDER_EXISTS AlreadyExists "PROV-Ex1st" "Errors.Provider.AlreadyExists"
    PROVIDER_CONFIGURED FailedPrecondition "PROV-C0nfg" "Errors.Provider.Configured"
    PROVIDER_OF_SMS FailedPrecondition "PROV-Sm5Pr" "Errors.Provider.OfSMSConfig"
    PROVIDER_ACTIVE FailedPrecondition "PROV-Act1v" "Errors.Provider.AlreadyActive"
    PROVIDER_INACTIVE FailedPrecondition "PROV-1nact" "Errors.Provider.Inactive"
    PROVIDER_PLUGIN_UNUSABLE FailedPrecondition "PROV-P1ugn" "Errors.Provider.PluginUnusable"
    PROVIDER_SETTINGS_INVALID InvalidArgument "PROV-Set5g" "Errors.Provider.SettingsInvalid"
    PROVIDER_NAME_TAKEN FailedPrecondition "PROV-Tak3n" "Errors.Provider.NameTaken"
    PROVIDER_NOT_RUNNING FailedPrecondition "PROV-N0run" "Errors.Provider.NotRunning"
    PROVIDER_CHANGED Aborted "PROV-Chng3" "Errors.Provider.Changed"
    PROVIDERS_NOT_READ FailedPrecondition "PROV-Re1od" "Errors.Provider.NotRead"

    // Messages: Belfry's own
    MESSAGE_NOT_FOUND NotFound "MSG-N0tFd" "Errors.Message.NotFound"
    MESSAGE_IS_EMAIL FailedPrecondition "MSG-Em41l" "Errors.Message.IsEmail"
    MESSAGE_IS_SENDING FailedPrecondition "MSG-S3nd1" "Errors.Message.IsSending"
    MESSAGE_NOT_WANTED FailedPrecondition "MSG-N0tWt" "Errors.Message.NotWanted"

    // Limits: Belfry's own
    LIMIT_COUNTRY_UNKNOWN InvalidArgument "LIMIT-C0unk" "Errors.Limit.CountryUnknown"
    LIMIT_NOT_STOPPED NotFound "LIMIT-N0tSt" "Errors.Limit.NotStopped"
}

/// The id of the refusal after too many wrong codes; Belfry's own (README, "Differences").
pub const TOO_MANY_WRONG_CODES: &str = "CODE-Tr1es";
/// The id of the refusal when a test e-mail did not leave; Belfry's own (README, "Differences").
pub const TEST_EMAIL_FAILED: &str = "SMTP-Fa1l5";

// The ids of the refusals to send a code; Belfry's own (README, "Limits").

/// A country that codes are not sent to.
pub const COUNTRY_NOT_SERVED: &str = "LIMIT-N0srv";
/// A type of numbers that codes are not sent to.
pub const NUMBER_TYPE_REFUSED: &str = "LIMIT-Typ3r";
/// A country whose sends are stopped for a while.
pub const COUNTRY_STOPPED: &str = "LIMIT-St0pd";
/// Too many sends to one number, or too soon after the last.
pub const TOO_MANY_SENDS_TO_NUMBER: &str = "LIMIT-Numb3";
/// Too many sends to one user.
pub const TOO_MANY_SENDS_OF_USER: &str = "LIMIT-Us3r1";
/// Too many sends to users of one organization.
pub const TOO_MANY_SENDS_OF_ORGANIZATION: &str = "LIMIT-0rgan";
/// Too many sends to numbers that begin alike.
pub const TOO_MANY_SENDS_TO_PREFIX: &str = "LIMIT-Pref1";
/// Too many sends to one country.
pub const TOO_MANY_SENDS_TO_COUNTRY: &str = "LIMIT-C0unt";
/// Too many sends in all.
pub const TOO_MANY_SENDS: &str = "LIMIT-T0tal";
