//! The events of the history, with their type names and payloads (contract/events.md).
//!
//! A payload never holds a code or a hash of one: the pending code lives in the user's row alone.

use serde::Serialize;
use std::time::Duration;

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident $({ $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? })? = $name:literal,)*) => {
        /// Something that happened to an object.
        #[derive(Clone, Debug, Serialize)]
        #[serde(untagged, rename_all_fields = "camelCase")]
        #[allow(missing_docs, reason = "the payload keys are the contract's")]
        pub enum Event {
            $($(#[$doc])* $variant $({ $($(#[$attribute])* $field: $type),* })?,)*
        }

        impl Event {
            /// The types of all events, in no order.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The event type, such as `user.human.phone.changed`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant $({ $($field: _),* })? => $name,)*
                }
            }
        }
    };
}

events! {
    /// A human was created.
    HumanAdded {
        user_name: String,
        first_name: String,
        last_name: String,
        #[serde(skip_serializing_if = "String::is_empty")] nick_name: String,
        display_name: String,
        #[serde(skip_serializing_if = "String::is_empty")] preferred_language: String,
        #[serde(skip_serializing_if = "is_zero")] gender: i32,
        email: String,
        #[serde(skip_serializing_if = "Option::is_none")] phone: Option<String>,
        #[serde(skip_serializing_if = "is_false")] change_required: bool,
    } = "user.human.added",
    /// The e-mail address is known to be the user's.
    EmailVerified = "user.human.email.verified",
    /// A code for the e-mail address was made.
    EmailCodeAdded {
        #[serde(serialize_with = "nanoseconds", skip_serializing_if = "Option::is_none")] expiry: Option<Duration>,
        #[serde(rename = "url_template", skip_serializing_if = "Option::is_none")] url_template: Option<String>,
        #[serde(rename = "code_returned", skip_serializing_if = "is_false")] code_returned: bool,
        trigger_origin: String,
    } = "user.human.email.code.added",
    /// The user has to finish their initialization.
    InitializationCodeAdded {
        #[serde(serialize_with = "nanoseconds", skip_serializing_if = "Option::is_none")] expiry: Option<Duration>,
        trigger_origin: String,
    } = "user.human.initialization.code.added",
    /// The number changed and is unverified.
    PhoneChanged { phone: String } = "user.human.phone.changed",
    /// The number was removed.
    PhoneRemoved = "user.human.phone.removed",
    /// The number is known to be the user's.
    PhoneVerified = "user.human.phone.verified",
    /// A wrong or late code came.
    PhoneVerificationFailed = "user.human.phone.verification.failed",
    /// A code for the number was made.
    PhoneCodeAdded {
        #[serde(serialize_with = "nanoseconds", skip_serializing_if = "Option::is_none")] expiry: Option<Duration>,
        #[serde(rename = "code_returned", skip_serializing_if = "is_false")] code_returned: bool,
        trigger_origin: String,
    } = "user.human.phone.code.added",
    /// A provider took the message with the code.
    PhoneCodeSent = "user.human.phone.code.sent",
    /// The user name changed.
    UserNameChanged { user_name: String } = "user.username.changed",
    /// The user lost access.
    UserDeactivated = "user.deactivated",
    /// The user got access back.
    UserReactivated = "user.reactivated",
    /// The user was locked out.
    UserLocked = "user.locked",
    /// The user was let in again.
    UserUnlocked = "user.unlocked",
    /// What a person is called changed; only what differs is told.
    ProfileChanged {
        #[serde(skip_serializing_if = "Option::is_none")] first_name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] last_name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] nick_name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] display_name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] preferred_language: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] gender: Option<i32>,
    } = "user.human.profile.changed",
    /// The e-mail address changed and is unverified.
    EmailChanged { email: String } = "user.human.email.changed",
    /// A wrong or late code came.
    EmailVerificationFailed = "user.human.email.verification.failed",
    /// The e-mail with the code left.
    EmailCodeSent = "user.human.email.code.sent",
    /// The e-mail with the initialization code left.
    InitializationCodeSent = "user.human.initialization.code.sent",
    /// The user finished the initialization.
    InitializationSucceeded = "user.human.initialization.check.succeeded",
    /// The password changed; no hash is told.
    PasswordChanged { change_required: bool } = "user.human.password.changed",
    /// A code to set a new password was made.
    PasswordCodeAdded {
        #[serde(serialize_with = "nanoseconds", skip_serializing_if = "Option::is_none")] expiry: Option<Duration>,
        #[serde(skip_serializing_if = "is_zero")] notification_type: i32,
        #[serde(rename = "url_template", skip_serializing_if = "Option::is_none")] url_template: Option<String>,
        #[serde(rename = "code_returned", skip_serializing_if = "is_false")] code_returned: bool,
        trigger_origin: String,
    } = "user.human.password.code.added",
    /// The message with the code to set a new password left.
    PasswordCodeSent = "user.human.password.code.sent",
    /// The current password, or the code for a new one, was right.
    PasswordCheckSucceeded = "user.human.password.check.succeeded",
    /// The current password, or the code for a new one, was wrong.
    PasswordCheckFailed = "user.human.password.check.failed",
    /// A person was invited.
    InviteCodeAdded {
        #[serde(serialize_with = "nanoseconds", skip_serializing_if = "Option::is_none")] expiry: Option<Duration>,
        #[serde(skip_serializing_if = "Option::is_none")] url_template: Option<String>,
        #[serde(skip_serializing_if = "is_false")] code_returned: bool,
        #[serde(skip_serializing_if = "Option::is_none")] application_name: Option<String>,
        trigger_origin: String,
    } = "user.human.invite.code.added",
    /// The invitation left.
    InviteCodeSent = "user.human.invite.code.sent",
    /// The invitation was taken.
    InviteCheckSucceeded = "user.human.invite.check.succeeded",
    /// A wrong or late invitation code came.
    InviteCheckFailed = "user.human.invite.check.failed",
    /// Metadata was set.
    MetadataSet { key: String, value: String } = "user.metadata.set",
    /// Metadata was removed.
    MetadataRemoved { key: String } = "user.metadata.removed",
    /// An external identity was linked.
    IdpLinkAdded { idp_config_id: String, user_id: String, display_name: String } = "user.human.externalidp.added",
    /// A machine was created.
    MachineAdded {
        user_name: String,
        name: String,
        #[serde(skip_serializing_if = "String::is_empty")] description: String,
        #[serde(skip_serializing_if = "is_zero")] access_token_type: i32,
    } = "user.machine.added",
    /// What a machine is called changed; only what differs is told.
    MachineChanged {
        #[serde(skip_serializing_if = "Option::is_none")] name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] access_token_type: Option<i32>,
    } = "user.machine.changed",
    /// A key of a machine was made.
    MachineKeyAdded { key_id: String, r#type: i32, expiration_date: String, public_key: String } = "user.machine.key.added",
    /// A key of a machine was removed.
    MachineKeyRemoved { key_id: String } = "user.machine.key.removed",
    /// A machine got a client secret; no hash is told.
    MachineSecretSet = "user.machine.secret.set",
    /// A machine's client secret was removed.
    MachineSecretRemoved = "user.machine.secret.removed",
    /// A personal access token was made.
    TokenAdded { token_id: String, expiration: String, scopes: Vec<&'static str> } = "user.pat.added",
    /// A personal access token was removed.
    TokenRemoved { token_id: String } = "user.pat.removed",
    /// Somebody got a token to act as the user.
    UserImpersonated { actor: String } = "user.impersonated",
    /// The user was removed.
    UserRemoved = "user.removed",
    /// An organization was created.
    OrgAdded { name: String } = "org.added",
    /// An organization got another name.
    OrgChanged { name: String } = "org.changed",
    /// An organization was deactivated.
    OrgDeactivated = "org.deactivated",
    /// An organization was activated again.
    OrgReactivated = "org.reactivated",
    /// An organization was removed.
    OrgRemoved = "org.removed",
    /// A domain was taken from an organization.
    OrgDomainRemoved { domain: String } = "org.domain.removed",
    /// A domain was added to an organization.
    OrgDomainAdded { domain: String } = "org.domain.added",
    /// A domain is known to be the organization's.
    OrgDomainVerified { domain: String } = "org.domain.verified",
    /// A domain became the one that login names end in.
    OrgDomainPrimarySet { domain: String } = "org.domain.primary.set",
    /// A user became a member of an organization.
    OrgMemberAdded { roles: Vec<String>, user_id: String } = "org.member.added",
    /// A member's roles changed.
    OrgMemberChanged { roles: Vec<String>, user_id: String } = "org.member.changed",
    /// A member was removed.
    OrgMemberRemoved { user_id: String } = "org.member.removed",
    /// A member was removed because the user was.
    OrgMemberCascadeRemoved { user_id: String } = "org.member.cascade.removed",
    /// A user became a member of the instance.
    InstanceMemberAdded { roles: Vec<String>, user_id: String } = "instance.member.added",
    /// An instance member's roles changed.
    InstanceMemberChanged { roles: Vec<String>, user_id: String } = "instance.member.changed",
    /// An instance member was removed.
    InstanceMemberRemoved { user_id: String } = "instance.member.removed",
    /// Another organization became the default one.
    InstanceDefaultOrgSet { org_id: String } = "instance.default.org.set",
    /// The language of messages to users who prefer none changed.
    InstanceDefaultLanguageSet { language: String } = "instance.default.language.set",
    /// An instance member was removed because the user was.
    InstanceMemberCascadeRemoved { user_id: String } = "instance.member.cascade.removed",
}

impl Event {
    /// The payload as JSON text; `None` for an event without keys.
    pub fn payload(&self) -> Option<String> {
        // Strings, numbers and lists of them always serialize; a unit variant becomes `null`.
        serde_json::to_string(self)
            .ok()
            .filter(|json| json != "null")
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &i32) -> bool {
    *value == 0
}

/// Durations are nanoseconds as numbers (contract/events.md §1).
fn nanoseconds<S: serde::Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let nanoseconds = duration.unwrap_or_default().as_nanos();
    serializer.serialize_u64(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_have_the_contracts_keys() {
        let added = Event::PhoneCodeAdded {
            expiry: Some(Duration::from_secs(3600)),
            code_returned: true,
            trigger_origin: "http://localhost".to_owned(),
        };
        assert_eq!(added.name(), "user.human.phone.code.added");
        assert_eq!(
            added.payload().as_deref(),
            Some(
                r#"{"expiry":3600000000000,"code_returned":true,"triggerOrigin":"http://localhost"}"#
            )
        );
        assert_eq!(Event::PhoneVerified.payload(), None);
    }
}
