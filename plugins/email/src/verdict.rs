//! What a conversation that ended early means for the message.

use std::error::Error as _;

use belfry_plugin::{Failure, Reason};
use lettre::transport::smtp::Error;

use crate::conversation::{Fault, Stage};

/// What happened, by stage.
pub fn failure(stage: Stage, fault: &Fault) -> Failure {
    match fault {
        Fault::Connection(error) => Failure::Unavailable(format!("cannot connect: {error}").into()),
        Fault::Late => lost(stage, format!("no answer in time {}", place(stage)).into()),
        Fault::Nonsense(code) => lost(
            stage,
            Reason::with_code(
                format!("an answer out of place {}", place(stage)),
                code.to_string(),
            ),
        ),
        Fault::Smtp(error) => match error.status().map(u16::from) {
            Some(code) => refused(stage, code, error),
            // What lettre finds wrong itself: no STARTTLS, no way of logging in that both know.
            None if error.is_client() && stage != Stage::Content => {
                Failure::Misconfigured(explain(stage, error).into())
            }
            None => lost(stage, explain(stage, error).into()),
        },
    }
}

/// The server's answer is missing or makes no sense. Only after the text it may have been sent.
fn lost(stage: Stage, reason: Reason) -> Failure {
    match stage {
        Stage::Content => Failure::OutcomeUnknown(reason),
        _ => Failure::Unavailable(reason),
    }
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
    let reason = Reason::with_code(
        format!("{code} {quoted} {}", place(stage)),
        format!("{code} {enhanced}").trim_end(),
    );
    match (stage, code) {
        (_, ..=499) => Failure::Unavailable(reason),
        // Authentication is required, too weak or needs encryption (RFC 4954).
        (Stage::Login, _) | (_, 530 | 534 | 535 | 538) => Failure::Unauthorized(reason),
        (Stage::Connect | Stage::Starttls | Stage::Noop, _) => Failure::Misconfigured(reason),
        (Stage::Sender, 552) => Failure::Rejected(reason),
        (Stage::Sender, _) => Failure::Misconfigured(reason),
        (Stage::Recipient, _) if is_about_us(code, enhanced) => Failure::Misconfigured(reason),
        (Stage::Recipient, 501 | 550 | 551 | 553) => Failure::InvalidRecipient(reason),
        (Stage::Recipient | Stage::Data | Stage::Content, _) => Failure::Rejected(reason),
    }
}

/// Whether any recipient would be refused: the sender or its rights (RFC 3463: X.1.7, X.1.8, X.7.x), or
/// the domain of the gateway (X.1.2, X.1.10; RFC 7504: 521, 556) is wrong.
fn is_about_us(code: u16, enhanced: &str) -> bool {
    matches!(code, 521 | 556)
        || matches!(enhanced, "5.1.2" | "5.1.7" | "5.1.8" | "5.1.10")
        || enhanced.starts_with("5.7.")
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
