//! What an operation gets besides its request: the caller, the time, the services.

use std::sync::Arc;

use crate::{
    api::{
        codes::{CodeChecking, CodePolicies, SendLimits, TestNumbers},
        email_providers::MailTester,
        gateway::GatewayCalls,
        keys::KeyMaker,
        oauth::OAuth,
        users::PasswordHasher,
    },
    auth::Principal,
    clock::{Clock, Timestamp},
    domain::{PhoneNumber, PhoneNumberFault, Region},
    error::{self, Error},
    ids::IdGenerator,
    secrets::Keys,
    store::{Refusal, Stamp, Store, WriteTx},
    wording::Texts,
};

/// The longest origin that is believed, in bytes: a scheme and a host name of DNS's 253 with a port.
const LONGEST_ORIGIN: usize = 270;

/// What all calls share; built once at start.
pub struct Services {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Identifiers of users, organizations, tokens and messages.
    pub ids: IdGenerator,
    /// Keyed hashes and sealing.
    pub keys: Arc<Keys>,
    /// How numbers without a country code are read.
    pub default_region: Region,
    /// How codes are made and guarded.
    pub codes: CodeSettings,
    /// What is refused before an SMS is sent.
    pub sending: SendLimits,
    /// Numbers that nothing is ever sent to.
    pub test_numbers: TestNumbers,
    /// Asks providers about codes that they made.
    pub code_checking: CodeChecking,
    /// Asks what SMS go through.
    pub gateway: GatewayCalls,
    /// The domain below which organizations get theirs.
    pub instance_domain: String,
    /// What messages say; the language that is configured may be changed over the API.
    pub texts: Arc<Texts>,
    /// Hashes passwords, a few at a time.
    pub passwords: PasswordHasher,
    /// Makes pairs of keys, a few at a time.
    pub key_maker: KeyMaker,
    /// Sends test e-mails, a few at a time.
    pub mail_tester: MailTester,
    /// What the OAuth endpoints remember.
    pub oauth: OAuth,
}

/// How codes are made and guarded.
pub struct CodeSettings {
    /// How each kind of code is made.
    pub policies: CodePolicies,
    /// Wrong tries for one code; here and below 0 is no limit.
    pub max_wrong_tries: u32,
    /// Wrong tries for one number within a rolling day.
    pub max_wrong_tries_per_number_and_day: u32,
    /// Wrong tries for all numbers and addresses of one user within a rolling day.
    pub max_wrong_tries_per_user_and_day: u32,
    /// Whether a code that is sent again is the same one, as long as it is good.
    pub repeats_phone_codes: bool,
}

/// The surroundings of one call.
pub struct Ctx {
    /// Who calls; `None` only for public methods.
    pub principal: Option<Principal>,
    /// When the call began.
    pub now: Timestamp,
    /// Scheme and host that the request was sent to, such as `http://127.0.0.1:8080`.
    pub origin: String,
    /// What all calls share.
    pub services: Arc<Services>,
}

impl Ctx {
    /// The surroundings of a call that begins now.
    pub fn new(services: Arc<Services>, principal: Option<Principal>, mut origin: String) -> Self {
        // It comes from a header and is kept with events and messages.
        if origin.len() > LONGEST_ORIGIN {
            origin.clear();
        }
        Self {
            principal,
            now: services.clock.now(),
            origin,
            services,
        }
    }

    /// The caller.
    ///
    /// # Errors
    /// UNAUTHENTICATED when a public method asks for one.
    pub fn principal(&self) -> Result<&Principal, Error> {
        self.principal
            .as_ref()
            .ok_or_else(Error::auth_header_missing)
    }

    /// Runs a change in the caller's name; see [`Store::write`].
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&WriteTx<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Error> {
        let caller = self.principal()?;
        let stamp = Stamp {
            now: self.now,
            editor: caller.user_id.clone(),
            actor: caller.actor_id.clone(),
        };
        self.services.store.write(stamp, change).await
    }

    /// Normalizes a phone number.
    ///
    /// # Errors
    /// INVALID PHONE-Zt0NV for no number, PHONE-so0wa for one that does not parse.
    pub fn phone_number(&self, text: &str) -> Result<PhoneNumber, Error> {
        PhoneNumber::parse(text, self.services.default_region).map_err(|fault| match fault {
            PhoneNumberFault::Empty => error::PHONE_EMPTY.into(),
            PhoneNumberFault::Invalid => error::PHONE_INVALID.into(),
        })
    }

    /// A new identifier as text.
    pub fn new_id(&self) -> String {
        self.services.ids.next(self.now).to_string()
    }
}
