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
    /// An organization words a part of a message itself.
    OrgCustomTextSet { template: &'static str, key: &'static str, language: String, text: String } = "org.customtext.set",
    /// An organization no longer words a part of a message.
    OrgCustomTextRemoved { template: &'static str, key: &'static str, language: String } = "org.customtext.removed",
    /// An organization no longer words a message.
    OrgCustomTextTemplateRemoved { template: &'static str, language: String } = "org.customtext.template.removed",
    /// The instance words a part of a message itself.
    InstanceCustomTextSet { template: &'static str, key: &'static str, language: String, text: String } = "instance.customtext.set",
    /// The instance no longer words a part of a message.
    InstanceCustomTextRemoved { template: &'static str, key: &'static str, language: String } = "instance.customtext.removed",
    /// The instance no longer words a message.
    InstanceCustomTextTemplateRemoved { template: &'static str, language: String } = "instance.customtext.template.removed",
    /// How a kind of code or secret is made was set for the first time.
    SecretGeneratorAdded {
        generator_type: i32,
        length: u32,
        #[serde(serialize_with = "nanoseconds")] expiry: Option<Duration>,
        include_lower_letters: bool,
        include_upper_letters: bool,
        include_digits: bool,
        include_symbols: bool,
    } = "instance.secret.generator.added",
    /// How a kind of code or secret is made changed.
    SecretGeneratorChanged {
        generator_type: i32,
        length: u32,
        #[serde(serialize_with = "nanoseconds")] expiry: Option<Duration>,
        include_lower_letters: bool,
        include_upper_letters: bool,
        include_digits: bool,
        include_symbols: bool,
    } = "instance.secret.generator.changed",
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
    /// A mail server was added; no password is told.
    SmtpConfigAdded {
        id: String,
        #[serde(skip_serializing_if = "String::is_empty")] description: String,
        sender_address: String,
        sender_name: String,
        #[serde(skip_serializing_if = "String::is_empty")] reply_to_address: String,
        #[serde(skip_serializing_if = "is_false")] tls: bool,
        host: String,
        #[serde(skip_serializing_if = "String::is_empty")] user: String,
    } = "instance.smtp.config.added",
    /// A mail server changed; only what differs is told, and no password.
    SmtpConfigChanged {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] sender_address: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] sender_name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] reply_to_address: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] tls: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")] host: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] user: Option<String>,
    } = "instance.smtp.config.changed",
    /// A mail server got another password, which is not told.
    SmtpConfigPasswordChanged { id: String } = "instance.smtp.config.password.changed",
    /// An HTTP endpoint for e-mails was added; no key is told.
    SmtpConfigHttpAdded {
        id: String,
        #[serde(skip_serializing_if = "String::is_empty")] description: String,
        endpoint: String,
    } = "instance.smtp.config.http.added",
    /// An HTTP endpoint for e-mails changed; only what differs is told, and no key.
    SmtpConfigHttpChanged {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] endpoint: Option<String>,
    } = "instance.smtp.config.http.changed",
    /// A way to send e-mail became the one that is used.
    SmtpConfigActivated { id: String } = "instance.smtp.config.activated",
    /// A way to send e-mail is not used any more.
    SmtpConfigDeactivated { id: String } = "instance.smtp.config.deactivated",
    /// A way to send e-mail was removed.
    SmtpConfigRemoved { id: String } = "instance.smtp.config.removed",
    /// A Twilio account was added; no token is told.
    SmsConfigTwilioAdded {
        id: String,
        #[serde(skip_serializing_if = "String::is_empty")] description: String,
        sid: String,
        #[serde(skip_serializing_if = "String::is_empty")] sender_number: String,
        #[serde(skip_serializing_if = "String::is_empty")] verify_service_sid: String,
    } = "instance.sms.configtwilio.added",
    /// A Twilio account changed; only what differs is told.
    SmsConfigTwilioChanged {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] sid: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] sender_number: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] verify_service_sid: Option<String>,
    } = "instance.sms.configtwilio.changed",
    /// A Twilio account got another token, which is not told.
    SmsConfigTwilioTokenChanged { id: String } = "instance.sms.configtwilio.token.changed",
    /// An HTTP endpoint for SMS was added; no key is told.
    SmsConfigHttpAdded {
        id: String,
        #[serde(skip_serializing_if = "String::is_empty")] description: String,
        endpoint: String,
    } = "instance.sms.confighttp.added",
    /// An HTTP endpoint for SMS changed; only what differs is told, and no key.
    SmsConfigHttpChanged {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] endpoint: Option<String>,
    } = "instance.sms.confighttp.changed",
    /// A way to send SMS became the one that is tried first.
    SmsConfigActivated { id: String } = "instance.sms.configactivated",
    /// A way to send SMS is not used any more.
    SmsConfigDeactivated { id: String } = "instance.sms.configdeactivated",
    /// A way to send SMS was removed.
    SmsConfigRemoved { id: String } = "instance.sms.configremoved",
    /// A provider of a plugin was added; its settings are not told.
    ProviderAdded {
        name: String,
        plugin: String,
        #[serde(skip_serializing_if = "String::is_empty")] description: String,
        #[serde(skip_serializing_if = "Option::is_none")] sha256: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] memory_limit: Option<u64>,
    } = "instance.provider.added",
    /// A provider of a plugin changed; of what differs, its settings are not told.
    ProviderChanged {
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")] description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] sha256: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] memory_limit: Option<u64>,
    } = "instance.provider.changed",
    /// A provider of a plugin is used.
    ProviderActivated { name: String } = "instance.provider.activated",
    /// A provider of a plugin is not used any more.
    ProviderDeactivated { name: String } = "instance.provider.deactivated",
    /// A provider of a plugin was removed.
    ProviderRemoved { name: String } = "instance.provider.removed",
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
