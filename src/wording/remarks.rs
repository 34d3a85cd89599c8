//! What an operator should know about the text of an SMS: what it costs, what it lacks.

use std::fmt;

use crate::domain::{Encoding, MessageType, Segments, VARIABLES, variables};

/// The most bytes of an SMS that Android's SMS Retriever reads.
const MOST_FOR_ANDROID: usize = 140;

/// One thing to know; its words hold nothing of the text but a character or the name of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// It takes more than one segment.
    Segments(Segments),
    /// It does not show the code.
    NoCode(&'static str),
    /// It has a variable that does not exist.
    UnknownVariable(String),
    /// The last line for browsers needs a host.
    NoHost,
    /// A country's template gets no last line.
    NoLastLine,
    /// It is too long for Android's SMS Retriever.
    TooLongForAndroid(usize),
}

/// What there is to say about a template and the SMS that it makes.
pub(super) fn remarks(message: MessageType, template: &str, sms: &str) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let segments = Segments::of(sms);
    if segments.count > 1 {
        remarks.push(Remark::Segments(segments));
    }
    let code = message.code_variable();
    if !variables(template).any(|name| name == code) {
        remarks.push(Remark::NoCode(code));
    }
    let mut unknown: Vec<_> = variables(template)
        .filter(|name| *name != code && !VARIABLES.contains(name))
        .map(short)
        .collect();
    unknown.dedup();
    remarks.extend(unknown.into_iter().map(Remark::UnknownVariable));
    remarks
}

/// What there is to say about an SMS that ends in the hash of an Android app.
pub(super) fn android_remark(sms: &str) -> Option<Remark> {
    (sms.len() > MOST_FOR_ANDROID).then_some(Remark::TooLongForAndroid(sms.len()))
}

/// The name of a variable, which anybody may have made up.
fn short(name: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    name.chars().take_while(is_plain).take(40).collect()
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segments(segments) => {
                let Segments { units, count, .. } = segments;
                write!(f, "it takes {count} segments, and costs as many SMS: ")?;
                match (segments.encoding, segments.outside) {
                    (Encoding::Ucs2, Some(outside)) => write!(
                        f,
                        "{units} UTF-16 units, more than 70; {outside:?} is not in the GSM alphabet, in which 160 characters fit"
                    ),
                    _ => write!(f, "{units} septets, more than 160"),
                }
            }
            Self::NoCode(variable) => {
                write!(f, "it does not show the code: {{{{.{variable}}}}} is missing")
            }
            Self::UnknownVariable(name) => {
                write!(f, "there is no variable {{{{.{name}}}}}: it shows \"<no value>\"")
            }
            Self::NoHost => f.write_str(
                "it has no last line for browsers: the host that the call was sent to is no domain name; notifications.sms.web_host can name one",
            ),
            Self::NoLastLine => {
                f.write_str("it has no last line for autofill: the template of a country is sent as it is written")
            }
            Self::TooLongForAndroid(bytes) => write!(
                f,
                "it has {bytes} bytes; Android fills codes in from messages of at most {MOST_FOR_ANDROID}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(template: &str) -> Vec<String> {
        let sms = template.replace("{{.Code}}", "K7QX2B");
        let remarks = remarks(MessageType::VerifyPhone, template, &sms);
        remarks.iter().map(Remark::to_string).collect()
    }

    #[test]
    fn a_good_text_needs_no_words() {
        assert_eq!(said("{{.Code}} is your code, {{.FirstName}}"), [""; 0]);
    }

    #[test]
    fn what_is_odd_about_a_text_is_said_in_words() {
        let long = format!("{{{{.Code}}}} código {}", "a".repeat(70));
        assert_eq!(
            said(&long),
            [
                "it takes 2 segments, and costs as many SMS: 84 UTF-16 units, more than 70; 'ó' is not in the GSM alphabet, in which 160 characters fit"
            ]
        );
        let long = format!("{{{{.Code}}}}{}", "a".repeat(155));
        assert_eq!(
            said(&long),
            ["it takes 2 segments, and costs as many SMS: 161 septets, more than 160"]
        );
        assert_eq!(
            said("Hello {{.Nobody\n}} {{.code}}"),
            [
                "it does not show the code: {{.Code}} is missing",
                "there is no variable {{.Nobody}}: it shows \"<no value>\"",
                "there is no variable {{.code}}: it shows \"<no value>\"",
            ]
        );
    }
}
