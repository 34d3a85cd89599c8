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
        self.service == USERS
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
    GET_HUMAN_PHONE = MANAGEMENT GetHumanPhone GET "/management/v1/users/{userId}/phone";
    UPDATE_HUMAN_PHONE = MANAGEMENT UpdateHumanPhone PUT "/management/v1/users/{userId}/phone" body;
    REMOVE_HUMAN_PHONE = MANAGEMENT RemoveHumanPhone DELETE "/management/v1/users/{userId}/phone";
    RESEND_HUMAN_PHONE_VERIFICATION = MANAGEMENT ResendHumanPhoneVerification POST "/management/v1/users/{userId}/phone/_resend_verification" body;
    ADD_PERSONAL_ACCESS_TOKEN = MANAGEMENT AddPersonalAccessToken POST "/management/v1/users/{userId}/pats" body;
    REMOVE_PERSONAL_ACCESS_TOKEN = MANAGEMENT RemovePersonalAccessToken DELETE "/management/v1/users/{userId}/pats/{tokenId}";
    ADD_ORG = MANAGEMENT AddOrg POST "/management/v1/orgs" body;
    ADD_ORG_MEMBER = MANAGEMENT AddOrgMember POST "/management/v1/orgs/me/members" body;
    UPDATE_ORG_MEMBER = MANAGEMENT UpdateOrgMember PUT "/management/v1/orgs/me/members/{userId}" body;
    REMOVE_ORG_MEMBER = MANAGEMENT RemoveOrgMember DELETE "/management/v1/orgs/me/members/{userId}";

    AUTH_HEALTHZ = AUTH Healthz GET "/auth/v1/healthz";
    GET_MY_USER = AUTH GetMyUser GET "/auth/v1/users/me";
    GET_MY_PHONE = AUTH GetMyPhone GET "/auth/v1/users/me/phone";
    SET_MY_PHONE = AUTH SetMyPhone PUT "/auth/v1/users/me/phone" body;
    VERIFY_MY_PHONE = AUTH VerifyMyPhone POST "/auth/v1/users/me/phone/_verify" body;
    RESEND_MY_PHONE_VERIFICATION = AUTH ResendMyPhoneVerification POST "/auth/v1/users/me/phone/_resend_verification" body;
    REMOVE_MY_PHONE = AUTH RemoveMyPhone DELETE "/auth/v1/users/me/phone";

    ADMIN_HEALTHZ = ADMIN Healthz GET "/admin/v1/healthz";

    ADD_HUMAN_USER = USERS AddHumanUser POST "/v2/users/human" body;
    GET_USER_BY_ID = USERS GetUserByID GET "/v2/users/{userId}";
    LIST_USERS = USERS ListUsers POST "/v2/users" body;
    DELETE_USER = USERS DeleteUser DELETE "/v2/users/{userId}";
    SET_PHONE = USERS SetPhone POST "/v2/users/{userId}/phone" body;
    REMOVE_PHONE = USERS RemovePhone DELETE "/v2/users/{userId}/phone" body;
    RESEND_PHONE_CODE = USERS ResendPhoneCode POST "/v2/users/{userId}/phone/resend" body;
    VERIFY_PHONE = USERS VerifyPhone POST "/v2/users/{userId}/phone/verify" body;
}
