//! What the contract declares about the values of a field, as data: for the OpenAPI document.
//!
//! The same options become code in `build/limits.rs`, and that code is what checks a request; nothing
//! here checks anything.

use anyhow::Context as _;
use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, OneofDescriptor, Value,
};

/// The declared limits of one field; 0 is no limit, as in `belfry/v1/limits.proto`.
#[derive(Clone, Debug, Default)]
pub struct FieldRules {
    /// A message that must be present.
    pub required: bool,
    /// The least and the greatest length of a string, in code points.
    pub length: (u32, u32),
    /// The least and the greatest length of bytes.
    pub bytes: (u32, u32),
    /// How many items a repeated field has.
    pub items: (u32, u32),
    /// What a string begins with.
    pub prefix: String,
    /// An e-mail address.
    pub email: bool,
    /// A flag that must be true where it is given.
    pub only_true: bool,
    /// An enum that must be one of the named values.
    pub defined_only: bool,
    /// An enum that must not be the value 0.
    pub not_zero: bool,
    /// A value that would be accepted; JSON text for anything but a string.
    pub example: Option<String>,
}

impl FieldRules {
    /// Whether an empty text, no bytes or the first value of an enum breaks a limit.
    pub fn refuse_default(&self) -> bool {
        let needs_some = self.length.0 > 0 || self.bytes.0 > 0;
        needs_some || self.email || self.not_zero || !self.prefix.is_empty()
    }
}

/// Reads the options of fields.
pub struct RuleReader {
    limits: ExtensionDescriptor,
    example: ExtensionDescriptor,
    member_required: ExtensionDescriptor,
}

impl RuleReader {
    /// Looks the options up.
    ///
    /// # Errors
    /// If the contract does not declare one of them: a fault of the contract.
    pub fn new(pool: &DescriptorPool) -> anyhow::Result<Self> {
        let option = |name: &str| {
            pool.get_extension_by_name(name)
                .with_context(|| format!("no option {name}"))
        };
        Ok(Self {
            limits: option("belfry.v1.limits")?,
            example: option("belfry.v1.example")?,
            member_required: option("belfry.v1.member_required")?,
        })
    }

    /// What is declared about a field.
    pub fn of_field(&self, field: &FieldDescriptor) -> FieldRules {
        let options = field.options();
        let limits = options.get_extension(&self.limits);
        let mut rules = limits.as_message().map(read).unwrap_or_default();
        if options.has_extension(&self.example) {
            let example = options.get_extension(&self.example);
            rules.example = example.as_str().map(str::to_owned);
        }
        rules
    }

    /// Whether one of the members must be there.
    pub fn member_required(&self, oneof: &OneofDescriptor) -> bool {
        let options = oneof.options();
        let value = options.get_extension(&self.member_required);
        value.as_bool().unwrap_or(false)
    }
}

fn read(limits: &DynamicMessage) -> FieldRules {
    let rule = |name: &str| {
        limits
            .get_field_by_name(name)
            .map(|value| value.into_owned())
    };
    let number = |name| rule(name).as_ref().and_then(Value::as_u32).unwrap_or(0);
    let flag = |name| rule(name).as_ref().and_then(Value::as_bool) == Some(true);
    let text = |name| rule(name).and_then(|value| value.as_str().map(str::to_owned));
    FieldRules {
        required: flag("required"),
        length: (number("min_length"), number("max_length")),
        bytes: (number("min_bytes"), number("max_bytes")),
        items: (number("min_items"), number("max_items")),
        prefix: text("prefix").unwrap_or_default(),
        email: flag("email"),
        only_true: flag("only_true"),
        defined_only: flag("defined_only"),
        not_zero: flag("not_zero"),
        example: None,
    }
}
