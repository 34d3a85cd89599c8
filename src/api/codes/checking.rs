//! Questions to the providers that made codes: a few at one time, on blocking threads.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    api::turns::Turns,
    domain::{CodeChecker, CodeQuestion, CodeVerdict, MessageId},
    error::{Error, TOO_MANY_WRONG_CODES},
};

/// Questions at one time; each holds a thread until the provider answers.
const AT_ONCE: usize = 32;

/// Asks providers.
pub struct CodeChecking {
    checker: Arc<dyn CodeChecker>,
    turns: Turns,
    /// The codes that are being asked about: one question each, so that guesses at one time cannot use
    /// up what the provider allows before they are counted.
    asked: Arc<Mutex<HashSet<MessageId>>>,
}

/// Frees a code for the next question.
struct Asking(Arc<Mutex<HashSet<MessageId>>>, MessageId);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.1);
    }
}

impl CodeChecking {
    /// Asks through that.
    pub fn new(checker: Arc<dyn CodeChecker>) -> Self {
        Self {
            checker,
            turns: Turns::new(AT_ONCE),
            asked: Arc::default(),
        }
    }

    /// What a code is worth; `None` if the provider cannot say.
    ///
    /// # Errors
    /// EXHAUSTED while another try of the same code is being looked at; if the server is stopping.
    pub(super) async fn ask(&self, question: CodeQuestion) -> Result<Option<CodeVerdict>, Error> {
        let message = question.message;
        let is_first = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.insert(message)
        };
        if !is_first {
            return Err(Error::exhausted(
                TOO_MANY_WRONG_CODES,
                "Another try of this code is being looked at; try again in 1 second".to_owned(),
                Duration::from_secs(1),
            ));
        }
        let asking = Asking(self.asked.clone(), message);
        let checker = self.checker.clone();
        let answer = self.turns.take(move || {
            let _asking = asking;
            checker.check(question)
        });
        answer.await
    }
}
