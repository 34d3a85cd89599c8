//! The life of a message: its states, and what an attempt or a receipt may do to them.
//!
//! Pure, and forward only: a message waits, is with a provider, and ends; what has ended does not
//! wait again. An outcome that nobody knows is a state of its own, and the only end that a later
//! receipt may correct.

/// Where a message is; the numbers are stored and those of the API less one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageState {
    /// It waits for its next attempt.
    Queued = 0,
    /// A provider is being asked to send it.
    Sending = 1,
    /// A provider took it.
    Accepted = 2,
    /// The gateway passed it on.
    Sent = 3,
    /// It is on the phone.
    Delivered = 4,
    /// It will not arrive.
    Undelivered = 5,
    /// It became useless before it arrived.
    Expired = 6,
    /// No provider will take it.
    Failed = 7,
    /// It may have been sent: a provider was asked and did not say.
    Unknown = 8,
    /// A newer code, another number or a verification made it useless before it was sent.
    Superseded = 9,
}

/// What a gateway reports about an attempt; the numbers are stored. Those from `Delivered` on are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReceiptState {
    /// It has the message.
    Accepted = 1,
    /// It has passed it on.
    Sent = 2,
    /// It is on the phone.
    Delivered = 3,
    /// It will not arrive.
    Undelivered = 4,
    /// It was not delivered in time.
    Expired = 5,
}

impl MessageState {
    /// All of them, by number.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Sending,
        Self::Accepted,
        Self::Sent,
        Self::Delivered,
        Self::Undelivered,
        Self::Expired,
        Self::Failed,
        Self::Unknown,
        Self::Superseded,
    ];

    /// The state with that number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as i64 == number)
    }

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Superseded => "superseded",
        }
    }

    /// Whether further attempts may come.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Queued | Self::Sending)
    }

    /// Whether a provider took it, as far as is known.
    pub fn was_taken(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Sent | Self::Delivered | Self::Undelivered
        )
    }

    /// How a message ends that no provider took: unknown if one of them may have, all the same.
    #[must_use]
    pub fn unless_unknown(self, unknown_outcomes: u32) -> Self {
        match self {
            Self::Failed | Self::Expired | Self::Superseded if unknown_outcomes > 0 => {
                Self::Unknown
            }
            state => state,
        }
    }

    /// Where a receipt moves a message; `None` if nowhere. `is_last` tells whether it is about the last
    /// attempt: bad news of an earlier one say nothing about the message, good news do.
    pub fn after(self, receipt: ReceiptState, is_last: bool) -> Option<Self> {
        let reported = receipt.state();
        let is_good = receipt <= ReceiptState::Delivered;
        let moves = match self {
            // An attempt that nobody knows the outcome of went out after all: no further one follows.
            Self::Queued | Self::Sending => is_good,
            Self::Unknown => is_good || is_last,
            Self::Accepted | Self::Sent if is_last => reported > self,
            Self::Accepted | Self::Sent => receipt == ReceiptState::Delivered,
            Self::Delivered
            | Self::Undelivered
            | Self::Expired
            | Self::Failed
            | Self::Superseded => false,
        };
        moves.then_some(reported)
    }
}

impl ReceiptState {
    /// The receipt with that number.
    pub fn from_number(number: i64) -> Option<Self> {
        [
            Self::Accepted,
            Self::Sent,
            Self::Delivered,
            Self::Undelivered,
            Self::Expired,
        ]
        .into_iter()
        .find(|state| *state as i64 == number)
    }

    /// The state of a message of which only this is known.
    pub fn state(self) -> MessageState {
        match self {
            Self::Accepted => MessageState::Accepted,
            Self::Sent => MessageState::Sent,
            Self::Delivered => MessageState::Delivered,
            Self::Undelivered => MessageState::Undelivered,
            Self::Expired => MessageState::Expired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MessageState as State, ReceiptState as Receipt};

    #[test]
    fn receipts_move_a_message_forward_only() {
        assert_eq!(
            State::Accepted.after(Receipt::Sent, true),
            Some(State::Sent)
        );
        assert_eq!(State::Sent.after(Receipt::Accepted, true), None);
        assert_eq!(State::Sent.after(Receipt::Sent, true), None);
        assert_eq!(
            State::Sent.after(Receipt::Undelivered, true),
            Some(State::Undelivered)
        );
        for ended in [
            State::Delivered,
            State::Undelivered,
            State::Expired,
            State::Failed,
            State::Superseded,
        ] {
            for receipt in (1..=5).filter_map(Receipt::from_number) {
                assert_eq!(ended.after(receipt, true), None, "{ended:?} {receipt:?}");
            }
        }
    }

    #[test]
    fn good_news_of_an_unknown_attempt_end_the_wait_and_bad_news_do_not() {
        for waiting in [State::Queued, State::Sending] {
            assert_eq!(waiting.after(Receipt::Sent, false), Some(State::Sent));
            assert_eq!(waiting.after(Receipt::Undelivered, true), None);
        }
        assert_eq!(
            State::Unknown.after(Receipt::Undelivered, true),
            Some(State::Undelivered)
        );
        assert_eq!(State::Unknown.after(Receipt::Undelivered, false), None);
        assert_eq!(
            State::Accepted.after(Receipt::Delivered, false),
            Some(State::Delivered)
        );
        assert_eq!(State::Accepted.after(Receipt::Undelivered, false), None);
    }

    #[test]
    fn what_may_have_been_sent_does_not_end_as_failed() {
        assert_eq!(State::Failed.unless_unknown(0), State::Failed);
        assert_eq!(State::Failed.unless_unknown(1), State::Unknown);
        assert_eq!(State::Accepted.unless_unknown(1), State::Accepted);
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for state in State::ALL {
            assert_eq!(State::from_number(state as i64), Some(state));
        }
        assert_eq!(State::from_number(10), None);
    }
}
