//! Codes that a provider made: only it can say what a typed one is worth.

use super::{MessageId, PhoneNumber, PlainCode};

/// A typed code, with what the provider knows the right one by.
pub struct CodeQuestion {
    /// The message that started it.
    pub message: MessageId,
    /// The provider's configured name.
    pub provider: String,
    /// The provider's own name for it.
    pub provider_id: String,
    /// The number that the code went to.
    pub number: PhoneNumber,
    /// What the user typed.
    pub code: PlainCode,
}

/// What a typed code is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeVerdict {
    /// The right one.
    Right,
    /// Wrong, too late, or one try too many.
    Wrong,
}

/// Who asks the provider.
pub trait CodeChecker: Send + Sync {
    /// Asks; blocks for seconds. `None` if the provider cannot say.
    fn check(&self, question: CodeQuestion) -> Option<CodeVerdict>;
}
