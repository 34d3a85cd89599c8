//! The rules, pure: what a phone, a code, a user or an organization is and how it may change.
//!
//! Nothing here does input or output, reads the clock or knows a wire format. A model that changes
//! collects the [`Event`]s that say so; `store` writes both in one transaction. Called by `api`,
//! `store`, `wording` and `delivery`.

mod aggregate;
mod autofill;
mod code;
mod code_check;
mod conversion;
mod country_template;
mod event;
mod human_email;
mod human_phone;
mod language;
mod list;
mod message_state;
mod message_text;
mod number_kind;
mod org_search;
mod organization;
mod password;
mod phone_number;
mod route;
mod search;
mod search_words;
mod segments;
mod sms_gateway;
mod smtp_settings;
mod template;
mod text_method;
mod user;

pub use aggregate::{Aggregate, AggregateType};
pub use autofill::{Autofill, is_app_hash, is_domain};
pub use code::{
    Channel, CodeHash, CodePolicy, CodePurpose, GeneratorType, MessageId, MessagePurpose,
    PendingCode, PlainCode, Recipient, SecretGenerator,
};
pub use code_check::{CodeChecker, CodeQuestion, CodeVerdict};
pub use conversion::{Conversion, ConversionRule};
pub use country_template::{CountryTemplate, choose_template};
pub use event::Event;
pub use human_email::{HumanEmail, mask_email};
pub use human_phone::{ChangeFault, HumanPhone, NewCode, Verification};
pub use language::Language;
pub use list::{AsOf, List, Page};
pub use message_state::{MessageState, ReceiptState};
pub use message_text::{
    LANGUAGES, MessageText, MessageType, TextKey, TextSource, VARIABLES, built_in,
};
pub use number_kind::NumberKind;
pub use org_search::{MemberCondition, MemberOrder, OrgCondition, OrgOrder};
pub use organization::{OrgState, Organization, generated_domain, parse_domain};
pub use password::{ComplexityFault, check_complexity};
pub use phone_number::{PhoneNumber, PhoneNumberFault, Region};
pub use route::{
    Route, RouteFit, RouteMiss, RouteQuestion, RouteSaid, choose_route, explain_routes,
};
pub use search::{
    Comparison, MetadataCondition, TextMatch, UserCondition, UserOrder, UserText, search_key,
};
pub use search_words::{search_query, search_words};
pub use segments::{Encoding, Segments};
pub use sms_gateway::{
    CallStatus, InstalledPlugin, PluginDescription, PluginFault, ProviderFailure, ProviderFaults,
    ProviderState, RunningProvider, ShownSettings, SmsGateway, TestResult, TestSms, WantedPlugin,
};
pub use smtp_settings::SmtpSettings;
pub use template::{render, variables};
pub use text_method::TextMethod;
pub use user::{Email, Gender, Human, Kind, Machine, Name, Phone, StateFault, User, UserState};
