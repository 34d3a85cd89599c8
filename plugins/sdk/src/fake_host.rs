//! A host for unit tests: it keeps log lines, has a clock that stands still, and answers HTTP requests
//! as the test wants. It goes through the same C table as the real one.

use std::{
    ffi::c_void,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use crate::{Host, HttpFailure, HttpRequest, HttpResponse, Level, abi, http, text};

/// What a fake host does with a request.
type Answering = dyn Fn(&HttpRequest<'_>) -> Result<HttpResponse, HttpFailure> + Send + Sync;

/// A host for unit tests.
///
/// ```
/// use belfry_plugin::{FakeHost, HttpRequest, HttpResponse};
///
/// let fake = FakeHost::answering(|request| {
///     assert_eq!(request.url, "https://api.example.com/sms");
///     Ok(HttpResponse { status: 201, body: b"{}".to_vec(), ..HttpResponse::default() })
/// });
/// let request = HttpRequest { url: "https://api.example.com/sms", ..HttpRequest::default() };
/// assert_eq!(fake.host().http(&request).unwrap().status, 201);
/// ```
pub struct FakeHost(Arc<Fake>);

struct Fake {
    table: abi::Host,
    lines: Mutex<Vec<(Level, String)>>,
    now_unix_ms: i64,
    answering: Box<Answering>,
}

// SAFETY: `table.context` points at the `Fake` itself, whose only changing part is behind a mutex.
unsafe impl Send for Fake {}
// SAFETY: as above.
unsafe impl Sync for Fake {}

/// What the clock of [`FakeHost::default`] says.
const NOW: i64 = 1_700_000_000_000;

impl FakeHost {
    /// A host whose clock says `now_unix_ms`, and which reaches no other.
    pub fn at(now_unix_ms: i64) -> Self {
        Self::new(now_unix_ms, |_| {
            Err(HttpFailure {
                may_have_left: false,
                text: "this fake host answers no HTTP requests".into(),
            })
        })
    }

    /// A host that answers each request by calling `answering`.
    pub fn answering(
        answering: impl Fn(&HttpRequest<'_>) -> Result<HttpResponse, HttpFailure>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self::new(NOW, answering)
    }

    /// A host that makes real requests, to whatever address: for tests against a gateway on this
    /// machine or a maker's sandbox. Its clock goes.
    #[cfg(feature = "client")]
    pub fn online() -> Self {
        let client = crate::client::Client::unrestricted();
        Self::new(0, move |request| client.send(request))
    }

    fn new(
        now_unix_ms: i64,
        answering: impl Fn(&HttpRequest<'_>) -> Result<HttpResponse, HttpFailure>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self(Arc::new_cyclic(|own: &Weak<Fake>| Fake {
            table: abi::Host {
                magic: abi::MAGIC,
                abi_major: abi::ABI_MAJOR,
                abi_minor: abi::ABI_MINOR,
                struct_size: size_of::<abi::Host>() as u32,
                context: own.as_ptr().cast_mut().cast::<c_void>(),
                log: Some(log),
                now_unix_ms: Some(now),
                http: Some(http),
            },
            lines: Mutex::default(),
            now_unix_ms,
            answering: Box::new(answering),
        }))
    }

    /// What a provider gets in [`create`](crate::Provider::create).
    pub fn host(&self) -> Host {
        Host::of_owner(&raw const self.0.table, self.0.clone())
    }

    /// The lines logged so far.
    pub fn lines(&self) -> Vec<(Level, String)> {
        self.0.lines().clone()
    }
}

impl Fake {
    fn lines(&self) -> MutexGuard<'_, Vec<(Level, String)>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for FakeHost {
    fn default() -> Self {
        Self::at(NOW)
    }
}

/// The host behind a table.
///
/// # Safety
/// `host` is the table inside a `Fake` that the calling `Host` keeps alive.
unsafe fn fake<'a>(host: *const abi::Host) -> &'a Fake {
    // SAFETY: the caller's promise.
    unsafe { &*(*host).context.cast() }
}

unsafe extern "C" fn log(host: *const abi::Host, level: i32, line: abi::Str) {
    // SAFETY: a fake host's own table, and valid UTF-8 for the length of the call.
    let (fake, line) = unsafe { (fake(host), text(line)) };
    fake.lines().push((Level::from_raw(level), line.to_owned()));
}

unsafe extern "C" fn now(host: *const abi::Host) -> i64 {
    // SAFETY: a fake host's own table.
    match unsafe { fake(host) }.now_unix_ms {
        0 => std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as i64),
        fixed => fixed,
    }
}

unsafe extern "C" fn http(
    host: *const abi::Host,
    request: *const abi::HttpRequest,
    response: *mut abi::HttpResponse,
) {
    // SAFETY: a fake host's own table; request and response are the caller's for this call.
    unsafe {
        let fake = fake(host);
        let headers = http::headers(&*request);
        let request = http::borrow(&*request, &headers);
        // A failed assertion in the test's answer must not unwind through the C interface.
        let outcome = catch_unwind(AssertUnwindSafe(|| (fake.answering)(&request)));
        let outcome = outcome.unwrap_or_else(|_| {
            Err(HttpFailure {
                may_have_left: true,
                text: "the test's answer panicked".into(),
            })
        });
        http::answer(outcome, response);
    }
}
