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

    // Machines and tokens
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
    MEMBER_ROLES_MISSING InvalidArgument "V2-PfYhb" "Errors.Invalid.Argument"
    MEMBER_ROLE_UNKNOWN InvalidArgument "Org-4N8es" "Errors.Org.MemberInvalid"
    MEMBER_USER_NOT_FOUND FailedPrecondition "ORG-GoXOn" "Errors.User.NotFound"
    MEMBER_EXISTS AlreadyExists "ORG-poWwe" "Errors.Org.Member.AlreadyExists"
    MEMBER_UPDATE_INVALID InvalidArgument "Org-LiaZi" "Errors.Org.MemberInvalid"
    MEMBER_UPDATE_ROLE_UNKNOWN InvalidArgument "IAM-m9fG8" "Errors.Org.MemberInvalid"
    MEMBER_UPDATE_NOT_FOUND NotFound "Org-D8JxR" "Errors.NotFound"
    MEMBER_ROLES_NOT_CHANGED FailedPrecondition "Org-LiaZi" "Errors.Org.Member.RolesNotChanged"
}

/// The id of the refusal after too many wrong codes; Belfry's own (README, "Differences").
pub const TOO_MANY_WRONG_CODES: &str = "CODE-Tr1es";
