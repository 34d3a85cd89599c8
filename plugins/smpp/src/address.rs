//! Addresses: what goes into `source_addr` and `destination_addr`, with type of number and numbering
//! plan. The sender's look decides unless the operator does.

use belfry_plugin::Failure;

use crate::config::Config;

/// An address as the protocol has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Type of number.
    pub ton: u8,
    /// Numbering plan.
    pub npi: u8,
    /// At most 20 characters of ASCII.
    pub text: String,
}

/// Longest national short code; what has more digits is taken for an international number.
const SHORT_CODE: usize = 8;
/// Longest name as a sender.
const NAME: usize = 11;

/// The sender: the message's own, else the configured one.
pub fn source(config: &Config, wished: &str) -> Result<Address, Failure> {
    let sender = if wished.is_empty() {
        config.sender.as_str()
    } else {
        wished
    };
    let digits = sender.strip_prefix('+').unwrap_or(sender);
    let numeric = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let (ton, npi, text) = match sender {
        // The SMSC then uses the sender of the account.
        "" => (0, 0, ""),
        _ if numeric && (digits.len() > SHORT_CODE || sender.len() > digits.len()) => {
            (1, 1, digits)
        }
        _ if numeric => (3, 0, digits),
        _ => (5, 0, sender),
    };
    let most = if ton == 5 { NAME } else { 20 };
    if text.len() > most || !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        let reason = "the sender is neither a number nor a name of up to 11 characters of ASCII";
        return Err(Failure::Misconfigured(reason.into()));
    }
    Ok(Address {
        ton: config.source_ton.unwrap_or(ton),
        npi: config.source_npi.unwrap_or(npi),
        text: text.to_owned(),
    })
}

/// The recipient, without the plus.
pub fn destination(config: &Config, to: &str) -> Result<Address, Failure> {
    let digits = to.strip_prefix('+').unwrap_or(to);
    if !(1..=20).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::InvalidRecipient("no number in E.164".into()));
    }
    Ok(Address {
        ton: config.destination_ton,
        npi: config.destination_npi,
        text: digits.to_owned(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::config;

    #[test]
    fn the_look_of_a_sender_decides_ton_and_npi() {
        let config = config(serde_json::json!({}));
        let look = |sender| {
            let address = source(&config, sender).unwrap();
            (address.ton, address.npi, address.text)
        };
        assert_eq!(look("Belfry"), (5, 0, "Belfry".into()));
        assert_eq!(look("+41791234567"), (1, 1, "41791234567".into()));
        assert_eq!(look("41791234567"), (1, 1, "41791234567".into()));
        assert_eq!(look("+8828"), (1, 1, "8828".into()));
        assert_eq!(look("8828"), (3, 0, "8828".into()));
        assert_eq!(look("+41 79"), (5, 0, "+41 79".into()));
        assert_eq!(look(""), (0, 0, String::new()));
    }

    #[test]
    fn the_operator_overrides_them() {
        let config =
            config(serde_json::json!({"sender": "8828", "source_ton": 0, "source_npi": 9}));
        let address = source(&config, "").unwrap();
        assert_eq!(
            (address.ton, address.npi, address.text.as_str()),
            (0, 9, "8828")
        );
    }

    #[test]
    fn an_impossible_sender_is_the_operators_business() {
        for sender in ["TwelveLetter", "Grüezi", "+012345678901234567890"] {
            assert!(matches!(
                source(&config(serde_json::json!({})), sender),
                Err(Failure::Misconfigured(_))
            ));
        }
    }

    #[test]
    fn a_recipient_is_digits() {
        let config = config(serde_json::json!({"destination_ton": 2, "destination_npi": 3}));
        let address = destination(&config, "+41791234567").unwrap();
        assert_eq!(
            (address.ton, address.npi, address.text.as_str()),
            (2, 3, "41791234567")
        );
        for to in ["", "+", "+41x", "+123456789012345678901"] {
            assert!(
                matches!(destination(&config, to), Err(Failure::InvalidRecipient(_))),
                "{to}"
            );
        }
    }
}
