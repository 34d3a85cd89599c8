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
    /// Metadata was set.
    MetadataSet { key: String, value: String } = "user.metadata.set",
    /// An external identity was linked.
    IdpLinkAdded { idp_config_id: String, user_id: String, display_name: String } = "user.human.externalidp.added",
    /// A machine was created.
    MachineAdded {
        user_name: String,
        name: String,
        #[serde(skip_serializing_if = "String::is_empty")] description: String,
        #[serde(skip_serializing_if = "is_zero")] access_token_type: i32,
    } = "user.machine.added",
    /// A personal access token was made.
    TokenAdded { token_id: String, expiration: String, scopes: Vec<&'static str> } = "user.pat.added",
    /// A personal access token was removed.
    TokenRemoved { token_id: String } = "user.pat.removed",
    /// The user was removed.
    UserRemoved = "user.removed",
    /// An organization was created.
    OrgAdded { name: String } = "org.added",
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
