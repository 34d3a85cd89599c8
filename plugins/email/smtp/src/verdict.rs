//! What a conversation that ended early means for the message.

use std::error::Error as _;

use lettre::transport::smtp::Error;

use crate::conversation::{Fault, Stage};

/// Why an e-mail was not handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What it means.
    pub verdict: Verdict,
    /// What happened, without anything of the e-mail.
    pub text: String,
    /// The reply code and, if there is one, the enhanced code, such as `550 5.1.1`; may be empty.
    pub code: String,
    /// What the server said; may be empty. It may quote the recipient, the text or the login.
    pub words: String,
}

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Surely not sent; later it may be.
    Unavailable,
    /// It may have been sent: the text has left, and nobody said what became of it.
    OutcomeUnknown,
    /// The login is refused, or missing.
    Unauthorized,
    /// The server, the sender or its rights are wrong: any e-mail would be refused.
    Misconfigured,
    /// The recipient's domain takes no e-mail at all.
    InvalidDomain,
    /// The recipient takes no e-mail.
    InvalidRecipient,
    /// This e-mail is not wanted.
    Rejected,
}

impl Failure {
    fn new(verdict: Verdict, text: impl Into<String>) -> Self {
        Self {
            verdict,
            text: text.into(),
            code: String::new(),
            words: String::new(),
        }
    }
}

/// What happened, by stage.
pub(crate) fn failure(stage: Stage, fault: &Fault) -> Failure {
    match fault {
        Fault::Connection(error) => {
            Failure::new(Verdict::Unavailable, format!("cannot connect: {error}"))
        }
        Fault::Late => lost(stage, format!("no answer in time {}", place(stage))),
        Fault::Nonsense(code) => Failure {
            code: code.to_string(),
            ..lost(stage, format!("an answer out of place {}", place(stage)))
        },
        Fault::BeyondAscii(what) => Failure::new(
            Verdict::Rejected,
            format!("the server takes no {what} beyond ASCII"),
        ),
        Fault::Smtp(error) => match error.status().map(u16::from) {
            Some(code) => refused(stage, code, error),
            // What lettre finds wrong itself: no STARTTLS, no way of logging in that both know.
            None if error.is_client() && stage != Stage::Content => {
                Failure::new(Verdict::Misconfigured, explain(stage, error))
            }
            None => lost(stage, explain(stage, error)),
        },
    }
}

/// The server's answer is missing or makes no sense. Only after the text it may have been sent.
fn lost(stage: Stage, text: String) -> Failure {
    let verdict = match stage {
        Stage::Content => Verdict::OutcomeUnknown,
        _ => Verdict::Unavailable,
    };
    Failure::new(verdict, text)
}

/// The server said no. 4xx is for now (RFC 5321, 4.2.1), 5xx for good; about what, the stage tells.
fn refused(stage: Stage, code: u16, error: &Error) -> Failure {
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let enhanced = enhanced_code(&words).unwrap_or_default();
    // From the recipient on, the words may quote the number or the text.
    let quoted = match stage {
        Stage::Connect | Stage::Starttls | Stage::Noop | Stage::Sender => words.as_str(),
        _ => enhanced,
    };
    let verdict = match (stage, code) {
        (_, ..=499) => Verdict::Unavailable,
        // Authentication is required, too weak or needs encryption (RFC 4954).
        (Stage::Login, _) | (_, 530 | 534 | 535 | 538) => Verdict::Unauthorized,
        (Stage::Connect | Stage::Starttls | Stage::Noop, _) => Verdict::Misconfigured,
        (Stage::Sender, 552) => Verdict::Rejected,
        (Stage::Sender, _) => Verdict::Misconfigured,
        (Stage::Recipient, 521 | 556) => Verdict::InvalidDomain,
        (Stage::Recipient, _) if is_about_domain(enhanced) => Verdict::InvalidDomain,
        (Stage::Recipient, _) if is_about_sender(enhanced) => Verdict::Misconfigured,
        (Stage::Recipient, 501 | 550 | 551 | 553) => Verdict::InvalidRecipient,
        (Stage::Recipient | Stage::Data | Stage::Content, _) => Verdict::Rejected,
    };
    Failure {
        verdict,
        text: format!("{code} {quoted} {}", place(stage)),
        code: format!("{code} {enhanced}").trim_end().to_owned(),
        words,
    }
}

/// Whether any recipient would be refused: the sender or its rights (RFC 3463: X.1.7, X.1.8, X.7.x).
fn is_about_sender(enhanced: &str) -> bool {
    matches!(enhanced, "5.1.7" | "5.1.8") || enhanced.starts_with("5.7.")
}

/// Whether any recipient of that domain would be refused (RFC 3463: X.1.2; RFC 7505: X.1.10), as 521 and
/// 556 say too (RFC 7504).
fn is_about_domain(enhanced: &str) -> bool {
    matches!(enhanced, "5.1.2" | "5.1.10")
}

/// The code of three numbers that many servers put before their words, such as `5.1.1`.
fn enhanced_code(words: &str) -> Option<&str> {
    let first = words.split_whitespace().next()?;
    let mut parts = first.split('.');
    let is_number = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_class = matches!(parts.next(), Some("2" | "4" | "5"));
    let are_numbers = parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number);
    (is_class && are_numbers && parts.next().is_none()).then_some(first)
}

/// The error with its causes, without the server's words: they may quote what was sent.
fn explain(stage: Stage, error: &Error) -> String {
    if error.is_response() {
        return format!("an answer that is not SMTP {}", place(stage));
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let reason = next.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = next.source();
    }
    format!("{text} {}", place(stage))
}

fn place(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "while connecting",
        Stage::Starttls => "to STARTTLS",
        Stage::Login => "to the login",
        Stage::Noop => "to NOOP",
        Stage::Sender => "to the sender",
        Stage::Recipient => "to the recipient",
        Stage::Data => "before the text",
        Stage::Content => "after the text",
    }
}

#[cfg(test)]
mod tests {
    use super::enhanced_code;

    #[test]
    fn an_enhanced_code_is_three_numbers() {
        assert_eq!(enhanced_code("5.1.1 no such user"), Some("5.1.1"));
        assert_eq!(enhanced_code("4.7.100"), Some("4.7.100"));
        for words in [
            "",
            "no 5.1.1",
            "5.1",
            "5.1.1.1",
            "127.0.0.1",
            "5.a.1",
            "3.1.1",
            "5.1.1234",
        ] {
            assert_eq!(enhanced_code(words), None, "{words}");
        }
    }
}
