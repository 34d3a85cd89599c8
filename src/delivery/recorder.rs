//! Writes down what became of attempts, many at a time, and frees their claims.
//!
//! A message stays claimed until its outcome is on disk: an outcome that cannot be written yet is
//! tried again, so nothing is sent twice because the disk was full for a moment.

use std::{sync::Arc, time::Duration};

use crossbeam_channel::{Receiver, Sender as ChannelSender};
use log::{error, warn};

use super::{claims::Claims, lane::EDITOR};
use crate::{
    clock::Clock,
    domain::{Event, MessagePurpose},
    error::Code,
    store::{Outcome, Refusal, Stamp, Store, WriteTx},
};

const MOST_AT_ONCE: usize = 256;
const RETRY: Duration = Duration::from_secs(1);

/// Takes outcomes until the channel closes.
pub(super) fn run(
    store: &Store,
    clock: &Clock,
    outcomes: &Receiver<Outcome>,
    lanes: &[(Arc<Claims>, ChannelSender<()>)],
    stopping: &Receiver<()>,
) {
    while let Ok(first) = outcomes.recv() {
        let mut batch = vec![first];
        batch.extend(outcomes.try_iter().take(MOST_AT_ONCE - 1));
        while let Err(fault) = write(store, clock, &batch) {
            if fault.code != Code::Unavailable {
                write_singly(store, clock, &batch);
                break;
            }
            warn!(
                "{} outcomes of messages are not written yet: {fault}",
                batch.len()
            );
            // Closed when the server stops: then the messages are simply tried again after the restart.
            if !matches!(
                stopping.recv_timeout(RETRY),
                Err(crossbeam_channel::RecvTimeoutError::Timeout)
            ) {
                return;
            }
        }
        // Ids are unique, so a lane that does not have one is not hurt.
        for (claims, wake) in lanes {
            claims.release(batch.iter().map(|outcome| outcome.id));
            let _ = wake.try_send(());
        }
    }
}

fn write(store: &Store, clock: &Clock, batch: &[Outcome]) -> Result<(), crate::error::Error> {
    let batch = batch.to_vec();
    let stamp = Stamp {
        now: clock.now(),
        editor: EDITOR.to_owned(),
        actor: None,
    };
    store.write_blocking(stamp, move |tx| {
        batch.iter().try_for_each(|outcome| record(tx, outcome))
    })
}

/// After a fault that will not pass: one outcome must not hold up its neighbours.
fn write_singly(store: &Store, clock: &Clock, batch: &[Outcome]) {
    for outcome in batch {
        if let Err(fault) = write(store, clock, std::slice::from_ref(outcome)) {
            error!(
                "the outcome of message {} cannot be written: {fault}: {:?}",
                outcome.id, fault.source
            );
        }
    }
}

fn record(tx: &WriteTx<'_>, outcome: &Outcome) -> Result<(), Refusal> {
    if tx.record(outcome)? {
        tell_of_sent(tx, outcome.user, outcome.purpose)?;
    }
    Ok(())
}

/// Writes into a user's history that a message was sent.
///
/// # Errors
/// If the database cannot be read or written.
pub(super) fn tell_of_sent(
    tx: &WriteTx<'_>,
    user: i64,
    purpose: MessagePurpose,
) -> Result<(), Refusal> {
    let Some(mut user) = tx.user_in_row(user)? else {
        return Ok(());
    };
    user.aggregate.push(match purpose {
        MessagePurpose::VerifyPhone => Event::PhoneCodeSent,
        MessagePurpose::VerifyEmail => Event::EmailCodeSent,
        MessagePurpose::Initialization => Event::InitializationCodeSent,
        MessagePurpose::PasswordReset => Event::PasswordCodeSent,
        MessagePurpose::Invitation => Event::InviteCodeSent,
    });
    tx.save_user_events(&mut user.aggregate)?;
    Ok(())
}
