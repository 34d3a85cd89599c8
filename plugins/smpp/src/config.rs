//! The `config` table: what the operator sets, its schema, and what cannot be said in a schema.
//!
//! Every default stands in the schema alone; the server fills it in before the plugin is created.

use std::collections::BTreeMap;

use belfry_plugin::{Description, Failure};
use serde::Deserialize;

use crate::status::Meaning;

/// The `config` table of the provider.
#[derive(Clone, Deserialize)]
pub struct Config {
    /// Name or address of the SMSC.
    pub host: String,
    /// Its TCP port.
    pub port: u16,
    /// TLS around the whole connection.
    pub tls: bool,
    /// PEM file with the only authorities that are trusted, instead of the public ones.
    pub tls_ca_file: Option<String>,
    /// Who we are.
    pub system_id: String,
    /// Up to eight characters, as the protocol has it.
    pub password: String,
    /// Kind of system, if the SMSC asks for one.
    pub system_type: String,
    /// Which numbers' messages we want; nearly always empty.
    pub address_range: String,
    /// Service type of each message; nearly always empty.
    pub service_type: String,
    /// Sender of messages that bring none.
    pub sender: String,
    /// Type of number of the sender; chosen by its look if absent.
    pub source_ton: Option<u8>,
    /// Numbering plan of the sender; chosen by its look if absent.
    pub source_npi: Option<u8>,
    /// Type of number of the recipient.
    pub destination_ton: u8,
    /// Numbering plan of the recipient.
    pub destination_npi: u8,
    /// What the SMSC reads in `data_coding`.
    pub alphabet: Alphabet,
    /// The `data_coding` of texts in `alphabet`.
    pub data_coding: u8,
    /// How a text of several parts is sent.
    pub concatenation: Concatenation,
    /// Whether the SMSC is told when a text gets useless.
    pub validity: bool,
    /// Whether receipts are asked for.
    pub receipts: bool,
    /// How ids in receipts relate to ids in answers.
    pub receipt_ids: ReceiptIds,
    /// Open requests at a time.
    pub window: u16,
    /// Most messages a second; 0 is no limit.
    pub messages_per_second: u32,
    /// Seconds of silence before an `enquire_link`.
    pub enquire_link_seconds: u32,
    /// What single status values mean, where this SMSC differs from the usual.
    #[serde(default)]
    pub statuses: BTreeMap<String, Meaning>,
}

/// What the SMSC takes `data_coding` for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Alphabet {
    /// GSM 03.38, one septet an octet, with its extension table.
    Gsm7,
    /// ISO 8859-1.
    Latin1,
    /// The 128 characters of ASCII.
    Ascii,
}

/// How the parts of a long text know of each other.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Concatenation {
    /// A user data header in front of each part.
    Udh,
    /// The optional parameters `sar_*`.
    Sar,
    /// One request with the whole text in `message_payload`; the SMSC splits.
    Payload,
}

/// What a receipt calls a message whose id came with the answer.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptIds {
    /// The same, else decimal for hexadecimal, else the other way round.
    Auto,
    /// The same; case and leading zeros do not count.
    Same,
    /// Decimal in the receipt, hexadecimal in the answer.
    Decimal,
    /// Hexadecimal in the receipt, decimal in the answer.
    Hex,
}

impl Config {
    /// What the schema cannot say.
    ///
    /// # Errors
    /// [`Failure::Misconfigured`] that names the setting.
    pub fn check(&self) -> Result<(), Failure> {
        let fields = [
            ("system_id", &self.system_id, 15),
            ("password", &self.password, 8),
            ("system_type", &self.system_type, 12),
            ("address_range", &self.address_range, 40),
            ("service_type", &self.service_type, 5),
            ("sender", &self.sender, 20),
        ];
        for (name, value, most) in fields {
            let printable = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
            if !printable || value.len() > most {
                let text = format!("{name}: at most {most} printable characters of ASCII");
                return Err(Failure::Misconfigured(text.into()));
            }
        }
        match self.statuses.keys().find(|key| status_key(key).is_none()) {
            Some(key) => Err(Failure::Misconfigured(
                format!("statuses: {key:?} is no status such as \"0x45\" or \"1025\"").into(),
            )),
            None => Ok(()),
        }
    }
}

/// The status that a key of `statuses` names, in hexadecimal with `0x` or decimal.
pub fn status_key(key: &str) -> Option<u32> {
    match key.strip_prefix("0x").or_else(|| key.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => key.parse().ok(),
    }
}

/// Who this is, and the schema of [`Config`].
pub fn description() -> Description {
    Description::new("smpp", "SMPP 3.4")
        .version(env!("CARGO_PKG_VERSION"))
        .max_concurrency(64)
        .config_schema(serde_json::json!({
            "type": "object",
            "required": ["host", "system_id"],
            "properties": {
                "host": {"type": "string", "minLength": 1, "maxLength": 253, "title": "Host",
                    "description": "Name or address of the SMSC"},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 2775,
                    "title": "Port"},
                "tls": {"type": "boolean", "default": false, "title": "TLS"},
                "tls_ca_file": {"type": "string", "format": "path", "title": "Authorities",
                    "description": "PEM file with the authorities to trust instead of the public ones"},
                "system_id": {"type": "string", "minLength": 1, "maxLength": 15,
                    "title": "System id"},
                "password": {"type": "string", "maxLength": 8, "default": "", "writeOnly": true,
                    "title": "Password"},
                "system_type": {"type": "string", "maxLength": 12, "default": "",
                    "title": "System type"},
                "address_range": {"type": "string", "maxLength": 40, "default": "",
                    "title": "Address range"},
                "service_type": {"type": "string", "maxLength": 5, "default": "",
                    "title": "Service type"},
                "sender": {"type": "string", "maxLength": 20, "default": "", "title": "Sender",
                    "description": "Of messages that bring none: a number, a short code or a name"},
                "source_ton": {"type": "integer", "minimum": 0, "maximum": 255,
                    "title": "Sender's type of number", "description": "By default the sender's look decides"},
                "source_npi": {"type": "integer", "minimum": 0, "maximum": 255,
                    "title": "Sender's numbering plan", "description": "By default the sender's look decides"},
                "destination_ton": {"type": "integer", "minimum": 0, "maximum": 255, "default": 1,
                    "title": "Recipient's type of number"},
                "destination_npi": {"type": "integer", "minimum": 0, "maximum": 255, "default": 1,
                    "title": "Recipient's numbering plan"},
                "alphabet": {"type": "string", "enum": ["gsm7", "latin1", "ascii"], "default": "gsm7",
                    "title": "Alphabet", "description": "What the SMSC reads in data_coding"},
                "data_coding": {"type": "integer", "minimum": 0, "maximum": 255, "default": 0,
                    "title": "Data coding", "description": "Of texts in the alphabet; all others go as UCS-2 with 8"},
                "concatenation": {"type": "string", "enum": ["udh", "sar", "payload"], "default": "udh",
                    "title": "Long texts"},
                "validity": {"type": "boolean", "default": true, "title": "Validity period",
                    "description": "Tell the SMSC when the text gets useless"},
                "receipts": {"type": "boolean", "default": true, "title": "Receipts"},
                "receipt_ids": {"type": "string", "enum": ["auto", "same", "decimal", "hex"],
                    "default": "auto", "title": "Ids in receipts"},
                "window": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 10,
                    "title": "Window", "description": "Open requests at a time"},
                "messages_per_second": {"type": "integer", "minimum": 0, "maximum": 10000, "default": 0,
                    "title": "Messages a second", "description": "0 is no limit"},
                "enquire_link_seconds": {"type": "integer", "minimum": 1, "maximum": 3600, "default": 30,
                    "title": "Seconds of silence before the link is checked"},
                "statuses": {"type": "object", "additionalProperties": true, "default": {},
                    "title": "Status values", "description": "What single status values of this SMSC mean"},
            },
        }))
}
