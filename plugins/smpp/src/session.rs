//! A session: one task that owns the connection, from the bind to the end.
//!
//! It numbers the requests, gives each answer to whoever waits for it, answers what the SMSC asks,
//! files receipts, and checks the link when it is silent. A request knows whether it has been
//! written: what was not surely did not leave, and what was may have been sent.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use belfry_plugin::Host;
use futures_util::{SinkExt, StreamExt};
use rusmpp::{
    Command, CommandStatus, Pdu,
    pdus::{DataSmResp, DeliverSmResp},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until, timeout, timeout_at},
};

use crate::{
    Shelf,
    connect::{BIND_SEQUENCE, Connection},
    ledger::PartKey,
    receipt::{self, Delivery},
    wire::{Frame, Octets, id},
};

/// A peer that does not read for so long is gone.
const WRITE: Duration = Duration::from_secs(10);
/// For the answer to `enquire_link`, if the interval is not shorter.
const ENQUIRE: Duration = Duration::from_secs(10);
/// For the answer to `unbind`.
const UNBIND: Duration = Duration::from_secs(1);
/// Late answers still say that a part was taken; after that nobody asks any more.
const LATE: Duration = Duration::from_secs(600);

/// The highest number of a request.
const LAST_SEQUENCE: u32 = 0x7fff_ffff;

const QUEUED: u8 = 0;
const WRITTEN: u8 = 1;
const CANCELLED: u8 = 2;

/// A request on its way to the session.
pub struct Request {
    pdu: Pdu,
    /// The part that it sends, if it sends one.
    part: Option<PartKey>,
    phase: Arc<AtomicU8>,
    answer: oneshot::Sender<u32>,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Lost {
    /// The request was never written.
    NotWritten,
    /// It was.
    Written,
}

/// The way to a session; cheap to clone.
#[derive(Clone)]
pub struct Link(mpsc::Sender<Request>);

impl Link {
    /// A link, and the end that [`run`] takes.
    pub fn new() -> (Self, mpsc::Receiver<Request>) {
        let (requests, queue) = mpsc::channel(1024);
        (Self(requests), queue)
    }

    /// Whether the session has ended.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Sends a request and waits for the status of its answer.
    ///
    /// # Errors
    /// The session ended, or the time did.
    pub async fn ask(
        &self,
        pdu: Pdu,
        part: Option<PartKey>,
        deadline: Instant,
    ) -> Result<u32, Lost> {
        let phase = Arc::new(AtomicU8::new(QUEUED));
        let (answer, answered) = oneshot::channel();
        let request = Request {
            pdu,
            part,
            phase: phase.clone(),
            answer,
        };
        if !matches!(timeout_at(deadline, self.0.send(request)).await, Ok(Ok(()))) {
            return Err(Lost::NotWritten);
        }
        if let Ok(Ok(status)) = timeout_at(deadline, answered).await {
            return Ok(status);
        }
        match phase.compare_exchange(QUEUED, CANCELLED, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => Err(Lost::NotWritten),
            Err(_) => Err(Lost::Written),
        }
    }
}

/// A request without its answer.
struct Open {
    part: Option<PartKey>,
    answer: oneshot::Sender<u32>,
    since: Instant,
}

struct Session<'a> {
    connection: Connection,
    host: &'a Host,
    shelf: &'a Shelf,
    open: HashMap<u32, Open>,
    sequence: u32,
    interval: Duration,
    /// When something came last.
    heard: Instant,
    /// When an `enquire_link` of ours went out that has no answer.
    asked: Option<Instant>,
    /// When `unbind` of ours went out.
    unbinding: Option<Instant>,
}

/// Why a session ended, for the log.
pub type Ending = String;

/// Runs a session until it ends or `stop` says so.
pub async fn run(
    connection: Connection,
    mut queue: mpsc::Receiver<Request>,
    host: &Host,
    shelf: &Shelf,
    interval: Duration,
    stop: &mut watch::Receiver<bool>,
) -> Ending {
    let mut session = Session {
        connection,
        host,
        shelf,
        open: HashMap::new(),
        sequence: BIND_SEQUENCE,
        interval,
        heard: Instant::now(),
        asked: None,
        unbinding: None,
    };
    loop {
        let wake = session.wake();
        let busy = session.unbinding.is_none();
        let outcome = tokio::select! {
            frame = session.connection.next() => match frame {
                Some(Ok(frame)) => session.take(frame).await,
                Some(Err(error)) => Err(format!("the connection broke: {error}")),
                None => Err("the SMSC closed the connection".to_owned()),
            },
            Some(request) = queue.recv(), if busy => session.put(request).await,
            () = sleep_until(wake) => session.tick().await,
            // An error is the end of the supervisor, and so of everything.
            _ = stop.wait_for(|stop| *stop), if busy => session.unbind().await,
        };
        if let Err(ending) = outcome {
            return ending;
        }
    }
}

impl Session<'_> {
    /// When [`Session::tick`] is due.
    fn wake(&self) -> Instant {
        match (self.unbinding, self.asked) {
            (Some(since), _) => since + UNBIND,
            (None, Some(since)) => since + ENQUIRE.min(self.interval),
            (None, None) => self.heard + self.interval,
        }
    }

    async fn tick(&mut self) -> Result<(), Ending> {
        if self.unbinding.is_some() {
            return Err("no answer to unbind".to_owned());
        }
        if self.asked.is_some() {
            return Err("no answer to enquire_link".to_owned());
        }
        self.open.retain(|_, open| open.since.elapsed() < LATE);
        self.asked = Some(Instant::now());
        let sequence = self.next_sequence();
        self.write(CommandStatus::EsmeRok, sequence, Pdu::EnquireLink)
            .await
    }

    async fn unbind(&mut self) -> Result<(), Ending> {
        self.unbinding = Some(Instant::now());
        let sequence = self.next_sequence();
        self.write(CommandStatus::EsmeRok, sequence, Pdu::Unbind)
            .await
    }

    async fn put(&mut self, request: Request) -> Result<(), Ending> {
        let Request {
            pdu,
            part,
            phase,
            answer,
        } = request;
        if phase
            .compare_exchange(QUEUED, WRITTEN, Ordering::SeqCst, Ordering::SeqCst)
            .is_err()
        {
            return Ok(());
        }
        let sequence = self.next_sequence();
        let since = Instant::now();
        self.open.insert(
            sequence,
            Open {
                part,
                answer,
                since,
            },
        );
        self.write(CommandStatus::EsmeRok, sequence, pdu).await
    }

    /// The next number that no open request has.
    fn next_sequence(&mut self) -> u32 {
        loop {
            self.sequence = if self.sequence >= LAST_SEQUENCE {
                1
            } else {
                self.sequence + 1
            };
            if !self.open.contains_key(&self.sequence) {
                return self.sequence;
            }
        }
    }

    async fn write(
        &mut self,
        status: CommandStatus,
        sequence: u32,
        pdu: Pdu,
    ) -> Result<(), Ending> {
        match timeout(
            WRITE,
            self.connection.send(Command::new(status, sequence, pdu)),
        )
        .await
        {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("the connection broke: {error}")),
            Err(_) => Err("the SMSC does not read".to_owned()),
        }
    }

    async fn take(&mut self, frame: Frame) -> Result<(), Ending> {
        self.heard = Instant::now();
        // Whatever comes shows that the link is alive.
        self.asked = None;
        if frame.id & id::ANSWER != 0 {
            if frame.id == id::UNBIND_RESP {
                return Err("unbound".to_owned());
            }
            self.answered(&frame);
            return Ok(());
        }
        let sequence = frame.sequence;
        let (ok, bad) = (CommandStatus::EsmeRok, CommandStatus::EsmeRxPAppn);
        match frame.id {
            id::ENQUIRE_LINK => self.write(ok, sequence, Pdu::EnquireLinkResp).await,
            id::DELIVER_SM => {
                let status = if self.file(&frame) { ok } else { bad };
                self.write(status, sequence, DeliverSmResp::default().into())
                    .await
            }
            id::DATA_SM => {
                let status = if self.file(&frame) { ok } else { bad };
                self.write(status, sequence, DataSmResp::default().into())
                    .await
            }
            id::UNBIND => {
                self.write(ok, sequence, Pdu::UnbindResp).await?;
                Err("the SMSC unbound".to_owned())
            }
            // They want no answer.
            id::ALERT_NOTIFICATION | id::OUTBIND => Ok(()),
            _ => {
                self.write(CommandStatus::EsmeRinvcmdid, sequence, Pdu::GenericNack)
                    .await
            }
        }
    }

    fn answered(&mut self, frame: &Frame) {
        let Some(open) = self.open.remove(&frame.sequence) else {
            return;
        };
        // A refusal without a status is none that we know.
        let status = match (frame.id, frame.status) {
            (id::GENERIC_NACK, 0) => 0xff,
            (_, status) => status,
        };
        if frame.id == id::SUBMIT_SM_RESP
            && status == 0
            && let Some(part) = &open.part
        {
            // Even if nobody waits any more: the part is not sent twice.
            self.shelf.ledger().accepted(
                part,
                &Octets(&frame.body).text(),
                self.host.now_unix_ms(),
            );
        }
        let _ = open.answer.send(status);
    }

    /// Files a receipt; `false` if it cannot be read.
    fn file(&self, frame: &Frame) -> bool {
        match receipt::read(frame.id, &frame.body) {
            Delivery::Receipt(receipt) => {
                self.shelf
                    .ledger()
                    .receipt(receipt, self.host.now_unix_ms());
                true
            }
            Delivery::Other => true,
            Delivery::Garbage => false,
        }
    }
}
