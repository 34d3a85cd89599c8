//! Every operation of the contract with the REST rule that its published page shows.
//!
//! Written down here independently of the server's .proto files; `coverage.rs` compares the two. The
//! clients build their requests from these rows, and each table of cases names one of them.

/// One operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// The full name of the gRPC service.
    pub service: &'static str,
    /// The name of the rpc.
    pub rpc: &'static str,
    /// The verb of the REST rule.
    pub verb: &'static str,
    /// The path of the REST rule; parameters are `{jsonName}`.
    pub path: &'static str,
    /// Whether the body of a REST request is the request message.
    pub has_body: bool,
}

impl Operation {
    /// Whether the Connect protocol is offered: for v2 services only.
    pub fn has_connect(&self) -> bool {
        self.service.contains(".v2")
    }

    /// The HTTP status of success over REST.
    pub fn success(&self) -> u16 {
        if [BETA_ADD_HUMAN_USER, ADD_ORGANIZATION].contains(self) {
            201
        } else {
            200
        }
    }

    /// The gRPC path.
    pub fn grpc_path(&self) -> String {
        format!("/{}/{}", self.service, self.rpc)
    }

    /// The names of the path parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }
}

const MANAGEMENT: &str = "zitadel.management.v1.ManagementService";
const AUTH: &str = "zitadel.auth.v1.AuthService";
const ADMIN: &str = "zitadel.admin.v1.AdminService";
const USERS: &str = "zitadel.user.v2.UserService";
const ORGS: &str = "zitadel.org.v2.OrganizationService";
const SETTINGS: &str = "zitadel.settings.v2.SettingsService";
const PROVIDERS: &str = "belfry.v1.ProviderService";
const MESSAGES: &str = "belfry.v1.MessageService";
const LIMITS: &str = "belfry.v1.LimitService";
const USERS_BETA: &str = "zitadel.user.v2beta.UserService";

macro_rules! operations {
    ($($name:ident = $service:ident $rpc:ident $verb:ident $path:literal $($body:ident)?;)*) => {
        $(
            #[doc = concat!("`", stringify!($verb), " ", $path, "`")]
            pub const $name: Operation = Operation {
                service: $service,
                rpc: stringify!($rpc),
                verb: stringify!($verb),
                path: $path,
                has_body: operations!(@has $($body)?),
            };
        )*
        /// All operations.
        pub const ALL: &[&Operation] = &[$(&$name),*];
    };
    (@has body) => { true };
    (@has) => { false };
}

operations! {
    MANAGEMENT_HEALTHZ = MANAGEMENT Healthz GET "/management/v1/healthz";
    ADD_HUMAN_USER_V1 = MANAGEMENT AddHumanUser POST "/management/v1/users/human" body;
    IMPORT_HUMAN_USER = MANAGEMENT ImportHumanUser POST "/management/v1/users/human/_import" body;
    ADD_MACHINE_USER = MANAGEMENT AddMachineUser POST "/management/v1/users/machine" body;
    GET_USER_BY_ID_V1 = MANAGEMENT GetUserByID GET "/management/v1/users/{id}";
    REMOVE_USER = MANAGEMENT RemoveUser DELETE "/management/v1/users/{id}";
    GET_USER_BY_LOGIN_NAME_GLOBAL = MANAGEMENT GetUserByLoginNameGlobal GET "/management/v1/global/users/_by_login_name";
    LIST_USERS_V1 = MANAGEMENT ListUsers POST "/management/v1/users/_search" body;
    IS_USER_UNIQUE = MANAGEMENT IsUserUnique GET "/management/v1/users/_is_unique";
    LIST_USER_CHANGES = MANAGEMENT ListUserChanges POST "/management/v1/users/{userId}/changes/_search" body;
    UPDATE_USER_NAME = MANAGEMENT UpdateUserName PUT "/management/v1/users/{userId}/username" body;
    DEACTIVATE_USER_V1 = MANAGEMENT DeactivateUser POST "/management/v1/users/{id}/_deactivate" body;
    REACTIVATE_USER_V1 = MANAGEMENT ReactivateUser POST "/management/v1/users/{id}/_reactivate" body;
    LOCK_USER_V1 = MANAGEMENT LockUser POST "/management/v1/users/{id}/_lock" body;
    UNLOCK_USER_V1 = MANAGEMENT UnlockUser POST "/management/v1/users/{id}/_unlock" body;
    GET_HUMAN_PROFILE = MANAGEMENT GetHumanProfile GET "/management/v1/users/{userId}/profile";
    UPDATE_HUMAN_PROFILE = MANAGEMENT UpdateHumanProfile PUT "/management/v1/users/{userId}/profile" body;
    GET_HUMAN_EMAIL = MANAGEMENT GetHumanEmail GET "/management/v1/users/{userId}/email";
    UPDATE_HUMAN_EMAIL = MANAGEMENT UpdateHumanEmail PUT "/management/v1/users/{userId}/email" body;
    RESEND_HUMAN_EMAIL_VERIFICATION = MANAGEMENT ResendHumanEmailVerification POST "/management/v1/users/{userId}/email/_resend_verification" body;
    RESEND_HUMAN_INITIALIZATION = MANAGEMENT ResendHumanInitialization POST "/management/v1/users/{userId}/_resend_initialization" body;
    SET_HUMAN_INITIAL_PASSWORD = MANAGEMENT SetHumanInitialPassword POST "/management/v1/users/{userId}/password/_initialize" body;
    SET_HUMAN_PASSWORD = MANAGEMENT SetHumanPassword POST "/management/v1/users/{userId}/password" body;
    SEND_HUMAN_RESET_PASSWORD_NOTIFICATION = MANAGEMENT SendHumanResetPasswordNotification POST "/management/v1/users/{userId}/password/_reset" body;
    SET_USER_METADATA_V1 = MANAGEMENT SetUserMetadata POST "/management/v1/users/{id}/metadata/{key}" body;
    BULK_SET_USER_METADATA = MANAGEMENT BulkSetUserMetadata POST "/management/v1/users/{id}/metadata/_bulk" body;
    LIST_USER_METADATA_V1 = MANAGEMENT ListUserMetadata POST "/management/v1/users/{id}/metadata/_search" body;
    GET_USER_METADATA = MANAGEMENT GetUserMetadata GET "/management/v1/users/{id}/metadata/{key}";
    REMOVE_USER_METADATA = MANAGEMENT RemoveUserMetadata DELETE "/management/v1/users/{id}/metadata/{key}";
    BULK_REMOVE_USER_METADATA = MANAGEMENT BulkRemoveUserMetadata DELETE "/management/v1/users/{id}/metadata/_bulk" body;
    UPDATE_MACHINE = MANAGEMENT UpdateMachine PUT "/management/v1/users/{userId}/machine" body;
    GET_HUMAN_PHONE = MANAGEMENT GetHumanPhone GET "/management/v1/users/{userId}/phone";
    UPDATE_HUMAN_PHONE = MANAGEMENT UpdateHumanPhone PUT "/management/v1/users/{userId}/phone" body;
    REMOVE_HUMAN_PHONE = MANAGEMENT RemoveHumanPhone DELETE "/management/v1/users/{userId}/phone";
    RESEND_HUMAN_PHONE_VERIFICATION = MANAGEMENT ResendHumanPhoneVerification POST "/management/v1/users/{userId}/phone/_resend_verification" body;
    GENERATE_MACHINE_SECRET = MANAGEMENT GenerateMachineSecret PUT "/management/v1/users/{userId}/secret" body;
    REMOVE_MACHINE_SECRET = MANAGEMENT RemoveMachineSecret DELETE "/management/v1/users/{userId}/secret";
    ADD_MACHINE_KEY = MANAGEMENT AddMachineKey POST "/management/v1/users/{userId}/keys" body;
    GET_MACHINE_KEY = MANAGEMENT GetMachineKeyByIDs GET "/management/v1/users/{userId}/keys/{keyId}";
    LIST_MACHINE_KEYS = MANAGEMENT ListMachineKeys POST "/management/v1/users/{userId}/keys/_search" body;
    REMOVE_MACHINE_KEY = MANAGEMENT RemoveMachineKey DELETE "/management/v1/users/{userId}/keys/{keyId}";
    GET_PERSONAL_ACCESS_TOKEN = MANAGEMENT GetPersonalAccessTokenByIDs GET "/management/v1/users/{userId}/pats/{tokenId}";
    LIST_PERSONAL_ACCESS_TOKENS_V1 = MANAGEMENT ListPersonalAccessTokens POST "/management/v1/users/{userId}/pats/_search" body;
    ADD_PERSONAL_ACCESS_TOKEN = MANAGEMENT AddPersonalAccessToken POST "/management/v1/users/{userId}/pats" body;
    REMOVE_PERSONAL_ACCESS_TOKEN = MANAGEMENT RemovePersonalAccessToken DELETE "/management/v1/users/{userId}/pats/{tokenId}";
    ADD_ORG = MANAGEMENT AddOrg POST "/management/v1/orgs" body;
    ADD_ORG_MEMBER = MANAGEMENT AddOrgMember POST "/management/v1/orgs/me/members" body;
    UPDATE_ORG_MEMBER = MANAGEMENT UpdateOrgMember PUT "/management/v1/orgs/me/members/{userId}" body;
    REMOVE_ORG_MEMBER = MANAGEMENT RemoveOrgMember DELETE "/management/v1/orgs/me/members/{userId}";
    LIST_ORG_MEMBERS = MANAGEMENT ListOrgMembers POST "/management/v1/orgs/me/members/_search" body;
    LIST_ORG_MEMBER_ROLES = MANAGEMENT ListOrgMemberRoles POST "/management/v1/orgs/members/roles/_search";
    LIST_USER_MEMBERSHIPS = MANAGEMENT ListUserMemberships POST "/management/v1/users/{userId}/memberships/_search" body;
    GET_MY_ORG = MANAGEMENT GetMyOrg GET "/management/v1/orgs/me";
    GET_ORG_BY_DOMAIN_GLOBAL = MANAGEMENT GetOrgByDomainGlobal GET "/management/v1/global/orgs/_by_domain";
    UPDATE_ORG = MANAGEMENT UpdateOrg PUT "/management/v1/orgs/me" body;
    DEACTIVATE_ORG = MANAGEMENT DeactivateOrg POST "/management/v1/orgs/me/_deactivate" body;
    REACTIVATE_ORG = MANAGEMENT ReactivateOrg POST "/management/v1/orgs/me/_reactivate" body;
    REMOVE_MY_ORG = MANAGEMENT RemoveOrg DELETE "/management/v1/orgs/me";
    LIST_ORG_CHANGES = MANAGEMENT ListOrgChanges POST "/management/v1/orgs/me/changes/_search" body;
    LIST_ORG_DOMAINS = MANAGEMENT ListOrgDomains POST "/management/v1/orgs/me/domains/_search" body;
    ADD_ORG_DOMAIN = MANAGEMENT AddOrgDomain POST "/management/v1/orgs/me/domains" body;
    REMOVE_ORG_DOMAIN = MANAGEMENT RemoveOrgDomain DELETE "/management/v1/orgs/me/domains/{domain}";
    SET_PRIMARY_ORG_DOMAIN = MANAGEMENT SetPrimaryOrgDomain POST "/management/v1/orgs/me/domains/{domain}/_set_primary";
    GET_IAM = MANAGEMENT GetIAM GET "/management/v1/iam";
    GET_OIDC_INFORMATION = MANAGEMENT GetOIDCInformation GET "/management/v1/zitadel/docs";
    MANAGEMENT_LANGUAGES = MANAGEMENT GetSupportedLanguages GET "/management/v1/languages";

    AUTH_HEALTHZ = AUTH Healthz GET "/auth/v1/healthz";
    GET_MY_USER = AUTH GetMyUser GET "/auth/v1/users/me";
    REMOVE_MY_USER = AUTH RemoveMyUser DELETE "/auth/v1/users/me";
    UPDATE_MY_USER_NAME = AUTH UpdateMyUserName PUT "/auth/v1/users/me/username" body;
    GET_MY_PROFILE = AUTH GetMyProfile GET "/auth/v1/users/me/profile";
    UPDATE_MY_PROFILE = AUTH UpdateMyProfile PUT "/auth/v1/users/me/profile" body;
    GET_MY_EMAIL = AUTH GetMyEmail GET "/auth/v1/users/me/email";
    SET_MY_EMAIL = AUTH SetMyEmail PUT "/auth/v1/users/me/email" body;
    VERIFY_MY_EMAIL = AUTH VerifyMyEmail POST "/auth/v1/users/me/email/_verify" body;
    RESEND_MY_EMAIL_VERIFICATION = AUTH ResendMyEmailVerification POST "/auth/v1/users/me/email/_resend_verification" body;
    UPDATE_MY_PASSWORD = AUTH UpdateMyPassword PUT "/auth/v1/users/me/password" body;
    LIST_MY_METADATA = AUTH ListMyMetadata POST "/auth/v1/users/me/metadata/_search" body;
    GET_MY_METADATA = AUTH GetMyMetadata GET "/auth/v1/users/me/metadata/{key}";
    LIST_MY_USER_CHANGES = AUTH ListMyUserChanges POST "/auth/v1/users/me/changes/_search" body;
    GET_MY_PHONE = AUTH GetMyPhone GET "/auth/v1/users/me/phone";
    SET_MY_PHONE = AUTH SetMyPhone PUT "/auth/v1/users/me/phone" body;
    VERIFY_MY_PHONE = AUTH VerifyMyPhone POST "/auth/v1/users/me/phone/_verify" body;
    RESEND_MY_PHONE_VERIFICATION = AUTH ResendMyPhoneVerification POST "/auth/v1/users/me/phone/_resend_verification" body;
    REMOVE_MY_PHONE = AUTH RemoveMyPhone DELETE "/auth/v1/users/me/phone";

    AUTH_LANGUAGES = AUTH GetSupportedLanguages GET "/auth/v1/languages";
    LIST_MY_MEMBERSHIPS = AUTH ListMyMemberships POST "/auth/v1/memberships/me/_search" body;
    LIST_MY_ZITADEL_PERMISSIONS = AUTH ListMyZitadelPermissions POST "/auth/v1/permissions/zitadel/me/_search";
    LIST_MY_PROJECT_ORGS = AUTH ListMyProjectOrgs POST "/auth/v1/global/projectorgs/_search" body;

    ADMIN_HEALTHZ = ADMIN Healthz GET "/admin/v1/healthz";
    LIST_SECRET_GENERATORS = ADMIN ListSecretGenerators POST "/admin/v1/secretgenerators/_search" body;
    GET_SECRET_GENERATOR = ADMIN GetSecretGenerator GET "/admin/v1/secretgenerators/{generatorType}";
    UPDATE_SECRET_GENERATOR = ADMIN UpdateSecretGenerator PUT "/admin/v1/secretgenerators/{generatorType}" body;
    ORG_GET_CUSTOM_PHONE_TEXT = MANAGEMENT GetCustomVerifyPhoneMessageText GET "/management/v1/text/message/verifyphone/{language}";
    ORG_GET_DEFAULT_PHONE_TEXT = MANAGEMENT GetDefaultVerifyPhoneMessageText GET "/management/v1/text/default/message/verifyphone/{language}";
    ORG_SET_PHONE_TEXT = MANAGEMENT SetCustomVerifyPhoneMessageText PUT "/management/v1/text/message/verifyphone/{language}" body;
    ORG_RESET_PHONE_TEXT = MANAGEMENT ResetCustomVerifyPhoneMessageTextToDefault DELETE "/management/v1/text/message/verifyphone/{language}";
    ORG_GET_CUSTOM_OTP_TEXT = MANAGEMENT GetCustomVerifySMSOTPMessageText GET "/management/v1/text/message/verifysmsotp/{language}";
    ORG_GET_DEFAULT_OTP_TEXT = MANAGEMENT GetDefaultVerifySMSOTPMessageText GET "/management/v1/text/default/message/verifysmsotp/{language}";
    ORG_SET_OTP_TEXT = MANAGEMENT SetCustomVerifySMSOTPMessageText PUT "/management/v1/text/message/verifysmsotp/{language}" body;
    ORG_RESET_OTP_TEXT = MANAGEMENT ResetCustomVerifySMSOTPMessageTextToDefault DELETE "/management/v1/text/message/verifysmsotp/{language}";
    INSTANCE_GET_CUSTOM_PHONE_TEXT = ADMIN GetCustomVerifyPhoneMessageText GET "/admin/v1/text/message/verifyphone/{language}";
    INSTANCE_GET_DEFAULT_PHONE_TEXT = ADMIN GetDefaultVerifyPhoneMessageText GET "/admin/v1/text/default/message/verifyphone/{language}";
    INSTANCE_SET_PHONE_TEXT = ADMIN SetDefaultVerifyPhoneMessageText PUT "/admin/v1/text/message/verifyphone/{language}" body;
    INSTANCE_RESET_PHONE_TEXT = ADMIN ResetCustomVerifyPhoneMessageTextToDefault DELETE "/admin/v1/text/message/verifyphone/{language}";
    INSTANCE_GET_CUSTOM_OTP_TEXT = ADMIN GetCustomVerifySMSOTPMessageText GET "/admin/v1/text/message/verifysmsotp/{language}";
    INSTANCE_GET_DEFAULT_OTP_TEXT = ADMIN GetDefaultVerifySMSOTPMessageText GET "/admin/v1/text/default/message/verifysmsotp/{language}";
    INSTANCE_SET_OTP_TEXT = ADMIN SetDefaultVerifySMSOTPMessageText PUT "/admin/v1/text/message/verifysmsotp/{language}" body;
    INSTANCE_RESET_OTP_TEXT = ADMIN ResetCustomVerifySMSOTPMessageTextToDefault DELETE "/admin/v1/text/message/verifysmsotp/{language}";
    ADMIN_LANGUAGES = ADMIN GetSupportedLanguages GET "/admin/v1/languages";
    GET_DEFAULT_LANGUAGE = ADMIN GetDefaultLanguage GET "/admin/v1/languages/default";
    SET_DEFAULT_LANGUAGE = ADMIN SetDefaultLanguage PUT "/admin/v1/languages/default/{language}";
    GET_MY_INSTANCE = ADMIN GetMyInstance GET "/admin/v1/instances/me";
    LIST_ORGS = ADMIN ListOrgs POST "/admin/v1/orgs/_search" body;
    GET_ORG_BY_ID = ADMIN GetOrgByID GET "/admin/v1/orgs/{id}";
    IS_ORG_UNIQUE = ADMIN IsOrgUnique GET "/admin/v1/orgs/_is_unique";
    SET_UP_ORG = ADMIN SetUpOrg POST "/admin/v1/orgs/_setup" body;
    GET_DEFAULT_ORG = ADMIN GetDefaultOrg GET "/admin/v1/orgs/default";
    SET_DEFAULT_ORG = ADMIN SetDefaultOrg PUT "/admin/v1/orgs/default/{orgId}";
    REMOVE_ORG = ADMIN RemoveOrg DELETE "/admin/v1/orgs/{orgId}";
    LIST_IAM_MEMBER_ROLES = ADMIN ListIAMMemberRoles POST "/admin/v1/members/roles/_search";
    LIST_IAM_MEMBERS = ADMIN ListIAMMembers POST "/admin/v1/members/_search" body;
    ADD_IAM_MEMBER = ADMIN AddIAMMember POST "/admin/v1/members" body;
    UPDATE_IAM_MEMBER = ADMIN UpdateIAMMember PUT "/admin/v1/members/{userId}" body;
    REMOVE_IAM_MEMBER = ADMIN RemoveIAMMember DELETE "/admin/v1/members/{userId}";
    LIST_EVENTS = ADMIN ListEvents POST "/admin/v1/events/_search" body;
    LIST_EVENT_TYPES = ADMIN ListEventTypes POST "/admin/v1/events/types/_search" body;
    LIST_AGGREGATE_TYPES = ADMIN ListAggregateTypes POST "/admin/v1/aggregates/types/_search" body;
    GET_SMTP_CONFIG = ADMIN GetSMTPConfig GET "/admin/v1/smtp";
    GET_SMTP_CONFIG_BY_ID = ADMIN GetSMTPConfigById GET "/admin/v1/smtp/{id}";
    LIST_SMTP_CONFIGS = ADMIN ListSMTPConfigs POST "/admin/v1/smtp/_search" body;
    ADD_SMTP_CONFIG = ADMIN AddSMTPConfig POST "/admin/v1/smtp" body;
    UPDATE_SMTP_CONFIG = ADMIN UpdateSMTPConfig PUT "/admin/v1/smtp/{id}" body;
    UPDATE_SMTP_CONFIG_PASSWORD = ADMIN UpdateSMTPConfigPassword PUT "/admin/v1/smtp/{id}/password" body;
    ACTIVATE_SMTP_CONFIG = ADMIN ActivateSMTPConfig POST "/admin/v1/smtp/{id}/_activate" body;
    DEACTIVATE_SMTP_CONFIG = ADMIN DeactivateSMTPConfig POST "/admin/v1/smtp/{id}/_deactivate" body;
    REMOVE_SMTP_CONFIG = ADMIN RemoveSMTPConfig DELETE "/admin/v1/smtp/{id}";
    TEST_SMTP_CONFIG_BY_ID = ADMIN TestSMTPConfigById POST "/admin/v1/smtp/{id}/_test" body;
    TEST_SMTP_CONFIG = ADMIN TestSMTPConfig POST "/admin/v1/smtp/_test" body;
    LIST_EMAIL_PROVIDERS = ADMIN ListEmailProviders POST "/admin/v1/email/_search" body;
    GET_EMAIL_PROVIDER = ADMIN GetEmailProvider GET "/admin/v1/email";
    GET_EMAIL_PROVIDER_BY_ID = ADMIN GetEmailProviderById GET "/admin/v1/email/{id}";
    ADD_EMAIL_PROVIDER_SMTP = ADMIN AddEmailProviderSMTP POST "/admin/v1/email/smtp" body;
    UPDATE_EMAIL_PROVIDER_SMTP = ADMIN UpdateEmailProviderSMTP PUT "/admin/v1/email/smtp/{id}" body;
    UPDATE_EMAIL_PROVIDER_SMTP_PASSWORD = ADMIN UpdateEmailProviderSMTPPassword PUT "/admin/v1/email/smtp/{id}/password" body;
    ADD_EMAIL_PROVIDER_HTTP = ADMIN AddEmailProviderHTTP POST "/admin/v1/email/http" body;
    UPDATE_EMAIL_PROVIDER_HTTP = ADMIN UpdateEmailProviderHTTP PUT "/admin/v1/email/http/{id}" body;
    ACTIVATE_EMAIL_PROVIDER = ADMIN ActivateEmailProvider POST "/admin/v1/email/{id}/_activate" body;
    DEACTIVATE_EMAIL_PROVIDER = ADMIN DeactivateEmailProvider POST "/admin/v1/email/{id}/_deactivate" body;
    REMOVE_EMAIL_PROVIDER = ADMIN RemoveEmailProvider DELETE "/admin/v1/email/{id}";
    TEST_EMAIL_PROVIDER_SMTP_BY_ID = ADMIN TestEmailProviderSMTPById POST "/admin/v1/email/smtp/{id}/_test" body;
    TEST_EMAIL_PROVIDER_SMTP = ADMIN TestEmailProviderSMTP POST "/admin/v1/email/smtp/_test" body;
    LIST_SMS_PROVIDERS = ADMIN ListSMSProviders POST "/admin/v1/sms/_search" body;
    GET_SMS_PROVIDER = ADMIN GetSMSProvider GET "/admin/v1/sms/{id}";
    ADD_SMS_PROVIDER_TWILIO = ADMIN AddSMSProviderTwilio POST "/admin/v1/sms/twilio" body;
    UPDATE_SMS_PROVIDER_TWILIO = ADMIN UpdateSMSProviderTwilio PUT "/admin/v1/sms/twilio/{id}" body;
    UPDATE_SMS_PROVIDER_TWILIO_TOKEN = ADMIN UpdateSMSProviderTwilioToken PUT "/admin/v1/sms/twilio/{id}/token" body;
    ADD_SMS_PROVIDER_HTTP = ADMIN AddSMSProviderHTTP POST "/admin/v1/sms/http" body;
    UPDATE_SMS_PROVIDER_HTTP = ADMIN UpdateSMSProviderHTTP PUT "/admin/v1/sms/http/{id}" body;
    ACTIVATE_SMS_PROVIDER = ADMIN ActivateSMSProvider POST "/admin/v1/sms/{id}/_activate" body;
    DEACTIVATE_SMS_PROVIDER = ADMIN DeactivateSMSProvider POST "/admin/v1/sms/{id}/_deactivate" body;
    REMOVE_SMS_PROVIDER = ADMIN RemoveSMSProvider DELETE "/admin/v1/sms/{id}";
    LIST_PLUGINS = PROVIDERS ListPlugins GET "/belfry/v1/plugins";
    LIST_PROVIDERS = PROVIDERS ListProviders GET "/belfry/v1/providers";
    GET_PROVIDER = PROVIDERS GetProvider GET "/belfry/v1/providers/{name}";
    LIST_PROVIDER_ERRORS = PROVIDERS ListProviderErrors GET "/belfry/v1/provider_errors";
    ADD_PROVIDER = PROVIDERS AddProvider POST "/belfry/v1/providers" body;
    UPDATE_PROVIDER = PROVIDERS UpdateProvider PUT "/belfry/v1/providers/{name}" body;
    REMOVE_PROVIDER = PROVIDERS RemoveProvider DELETE "/belfry/v1/providers/{name}";
    ACTIVATE_PROVIDER = PROVIDERS ActivateProvider POST "/belfry/v1/providers/{name}/_activate" body;
    DEACTIVATE_PROVIDER = PROVIDERS DeactivateProvider POST "/belfry/v1/providers/{name}/_deactivate" body;
    RELOAD_PROVIDERS = PROVIDERS ReloadProviders POST "/belfry/v1/providers/_reload" body;
    SEND_TEST_MESSAGE = PROVIDERS SendTestMessage POST "/belfry/v1/providers/{name}/_send" body;
    LIST_MESSAGES = MESSAGES ListMessages POST "/belfry/v1/messages/_search" body;
    GET_MESSAGE = MESSAGES GetMessage GET "/belfry/v1/messages/{id}";
    COUNT_MESSAGES = MESSAGES CountMessages POST "/belfry/v1/messages/_count" body;
    RESEND_MESSAGE = MESSAGES ResendMessage POST "/belfry/v1/messages/{id}/_resend" body;
    PREVIEW_MESSAGE = MESSAGES PreviewMessage POST "/belfry/v1/messages/_preview" body;
    EXPLAIN_ROUTE = MESSAGES ExplainRoute POST "/belfry/v1/routes/_explain" body;
    LIST_COUNTRIES = LIMITS ListCountries GET "/belfry/v1/limits/countries";
    STOP_COUNTRY = LIMITS StopCountry POST "/belfry/v1/limits/countries/{country}/_stop" body;
    LIFT_STOP = LIMITS LiftStop POST "/belfry/v1/limits/countries/{country}/_lift" body;

    ADD_ORGANIZATION = ORGS AddOrganization POST "/v2/organizations" body;
    LIST_ORGANIZATIONS = ORGS ListOrganizations POST "/v2/organizations/_search" body;
    UPDATE_ORGANIZATION = ORGS UpdateOrganization POST "/v2/organizations/{organizationId}" body;
    DEACTIVATE_ORGANIZATION = ORGS DeactivateOrganization POST "/v2/organizations/{organizationId}/deactivate" body;
    ACTIVATE_ORGANIZATION = ORGS ActivateOrganization POST "/v2/organizations/{organizationId}/activate" body;
    DELETE_ORGANIZATION = ORGS DeleteOrganization DELETE "/v2/organizations/{organizationId}";
    GET_GENERAL_SETTINGS = SETTINGS GetGeneralSettings GET "/v2/settings";

    ADD_HUMAN_USER = USERS AddHumanUser POST "/v2/users/human" body;
    GET_USER_BY_ID = USERS GetUserByID GET "/v2/users/{userId}";
    LIST_USERS = USERS ListUsers POST "/v2/users" body;
    DELETE_USER = USERS DeleteUser DELETE "/v2/users/{userId}";
    CREATE_USER = USERS CreateUser POST "/v2/users/new" body;
    UPDATE_USER = USERS UpdateUser PATCH "/v2/users/{userId}" body;
    UPDATE_HUMAN_USER = USERS UpdateHumanUser PUT "/v2/users/human/{userId}" body;
    DEACTIVATE_USER = USERS DeactivateUser POST "/v2/users/{userId}/deactivate" body;
    REACTIVATE_USER = USERS ReactivateUser POST "/v2/users/{userId}/reactivate" body;
    LOCK_USER = USERS LockUser POST "/v2/users/{userId}/lock" body;
    UNLOCK_USER = USERS UnlockUser POST "/v2/users/{userId}/unlock" body;
    SET_EMAIL = USERS SetEmail POST "/v2/users/{userId}/email" body;
    RESEND_EMAIL_CODE = USERS ResendEmailCode POST "/v2/users/{userId}/email/resend" body;
    SEND_EMAIL_CODE = USERS SendEmailCode POST "/v2/users/{userId}/email/send" body;
    VERIFY_EMAIL = USERS VerifyEmail POST "/v2/users/{userId}/email/verify" body;
    PASSWORD_RESET = USERS PasswordReset POST "/v2/users/{userId}/password_reset" body;
    SET_PASSWORD = USERS SetPassword POST "/v2/users/{userId}/password" body;
    CREATE_INVITE_CODE = USERS CreateInviteCode POST "/v2/users/{userId}/invite_code" body;
    RESEND_INVITE_CODE = USERS ResendInviteCode POST "/v2/users/{userId}/invite_code/resend";
    VERIFY_INVITE_CODE = USERS VerifyInviteCode POST "/v2/users/{userId}/invite_code/verify" body;
    ADD_SECRET = USERS AddSecret POST "/v2/users/{userId}/secret" body;
    REMOVE_SECRET = USERS RemoveSecret DELETE "/v2/users/{userId}/secret";
    ADD_KEY = USERS AddKey POST "/v2/users/{userId}/keys" body;
    REMOVE_KEY = USERS RemoveKey DELETE "/v2/users/{userId}/keys/{keyId}";
    LIST_KEYS = USERS ListKeys POST "/v2/users/keys/search" body;
    ADD_PERSONAL_ACCESS_TOKEN_V2 = USERS AddPersonalAccessToken POST "/v2/users/{userId}/pats" body;
    REMOVE_PERSONAL_ACCESS_TOKEN_V2 = USERS RemovePersonalAccessToken DELETE "/v2/users/{userId}/pats/{tokenId}";
    LIST_PERSONAL_ACCESS_TOKENS = USERS ListPersonalAccessTokens POST "/v2/users/pats/search" body;
    SET_USER_METADATA = USERS SetUserMetadata POST "/v2/users/{userId}/metadata" body;
    LIST_USER_METADATA = USERS ListUserMetadata POST "/v2/users/{userId}/metadata/search" body;
    DELETE_USER_METADATA = USERS DeleteUserMetadata DELETE "/v2/users/{userId}/metadata";
    SET_PHONE = USERS SetPhone POST "/v2/users/{userId}/phone" body;
    REMOVE_PHONE = USERS RemovePhone DELETE "/v2/users/{userId}/phone" body;
    RESEND_PHONE_CODE = USERS ResendPhoneCode POST "/v2/users/{userId}/phone/resend" body;
    VERIFY_PHONE = USERS VerifyPhone POST "/v2/users/{userId}/phone/verify" body;

    BETA_ADD_HUMAN_USER = USERS_BETA AddHumanUser POST "/v2beta/users/human" body;
    BETA_GET_USER_BY_ID = USERS_BETA GetUserByID GET "/v2beta/users/{userId}";
    BETA_LIST_USERS = USERS_BETA ListUsers POST "/v2beta/users" body;
    BETA_UPDATE_HUMAN_USER = USERS_BETA UpdateHumanUser PUT "/v2beta/users/{userId}" body;
    BETA_DEACTIVATE_USER = USERS_BETA DeactivateUser POST "/v2beta/users/{userId}/deactivate" body;
    BETA_REACTIVATE_USER = USERS_BETA ReactivateUser POST "/v2beta/users/{userId}/reactivate" body;
    BETA_LOCK_USER = USERS_BETA LockUser POST "/v2beta/users/{userId}/lock" body;
    BETA_UNLOCK_USER = USERS_BETA UnlockUser POST "/v2beta/users/{userId}/unlock" body;
    BETA_DELETE_USER = USERS_BETA DeleteUser DELETE "/v2beta/users/{userId}";
    BETA_SET_EMAIL = USERS_BETA SetEmail POST "/v2beta/users/{userId}/email" body;
    BETA_RESEND_EMAIL_CODE = USERS_BETA ResendEmailCode POST "/v2beta/users/{userId}/email/resend" body;
    BETA_VERIFY_EMAIL = USERS_BETA VerifyEmail POST "/v2beta/users/{userId}/email/verify" body;
    BETA_SET_PHONE = USERS_BETA SetPhone POST "/v2beta/users/{userId}/phone" body;
    BETA_REMOVE_PHONE = USERS_BETA RemovePhone DELETE "/v2beta/users/{userId}/phone" body;
    BETA_RESEND_PHONE_CODE = USERS_BETA ResendPhoneCode POST "/v2beta/users/{userId}/phone/resend" body;
    BETA_VERIFY_PHONE = USERS_BETA VerifyPhone POST "/v2beta/users/{userId}/phone/verify" body;
    BETA_PASSWORD_RESET = USERS_BETA PasswordReset POST "/v2beta/users/{userId}/password_reset" body;
    BETA_SET_PASSWORD = USERS_BETA SetPassword POST "/v2beta/users/{userId}/password" body;
}
