//! A plugin's instance in this process: the only place that calls its functions.
//!
//! A [`Native`] is used by a child for its one plugin, and by `workers` for in-process isolation. It
//! converts, calls and reads the answer; it has no deadline and no thread of its own. The host table
//! that the plugin gets is made here and ends in a [`Services`].

#![allow(unsafe_code)]

use std::{
    cell::RefCell,
    ffi::c_void,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use belfry_plugin::HttpFailure;
use log::Level;

use super::{
    abi,
    host::{MAX_LINE, Services},
    load::Loaded,
    message::{Answer, Call, Check, HttpRequest, Message, Status},
};

/// The most headers of a request that a plugin makes.
const MOST_HEADERS: usize = 64;
/// The longest URL, header or body of such a request, in bytes.
const LONGEST_PART: usize = 1024 * 1024;

thread_local! {
    /// The message of the call that this thread is in, for the log.
    static MESSAGE_ID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A created instance; dropped, it is destroyed.
pub(super) struct Native {
    table: abi::Plugin,
    instance: *mut c_void,
    /// What the plugin holds a pointer to, at an address that does not change.
    _host: Box<HostTable>,
}

// SAFETY: the header demands that an instance can be called from any worker thread; `destroy` runs
// when nobody else holds it.
unsafe impl Send for Native {}
// SAFETY: the header demands that up to `max_concurrency` calls may run at once; the callers keep to it.
unsafe impl Sync for Native {}

struct HostTable {
    table: abi::Host,
    services: Arc<dyn Services>,
}

impl Native {
    /// Builds an instance from a complete configuration.
    ///
    /// # Errors
    /// What the plugin says, or that it says nothing.
    pub(super) fn create(
        loaded: &Loaded,
        services: Arc<dyn Services>,
        config_json: &str,
    ) -> Result<Self, Box<Answer>> {
        let host = host_table(services);
        let mut result = abi::Result::empty();
        let instance = match loaded.table.create {
            // SAFETY: the table was checked, the host table lives in its box until after `destroy`,
            // the text and the result for the call.
            Some(create) => unsafe {
                create(
                    &raw const host.table,
                    abi::Str::new(config_json),
                    &raw mut result,
                )
            },
            None => std::ptr::null_mut(),
        };
        if instance.is_null() {
            return Err(Box::new(match result.status {
                0 => Answer::of_host(Status::Internal, "the plugin gives no reason"),
                _ => abi::result(&result),
            }));
        }
        Ok(Self {
            table: loaded.table,
            instance,
            _host: host,
        })
    }

    /// Makes one call; blocks for as long as the plugin does.
    pub(super) fn call(&self, call: &Call) -> Answer {
        MESSAGE_ID.with_borrow_mut(|id| call.message_id().clone_into(id));
        let answer = match call {
            Call::Send(message) => self.pass_on(message, self.table.send),
            Call::VerifyStart(message) => self.pass_on(message, self.table.verify_start),
            Call::VerifyCheck(check) => self.check(check),
            Call::Health(timeout) => self.health(abi::millis(*timeout)),
            Call::Poll(ids, timeout) => self.poll(ids, abi::millis(*timeout)),
            Call::Webhook(request) => self.webhook(request),
        };
        MESSAGE_ID.with_borrow_mut(String::clear);
        answer.unwrap_or_else(|| {
            Answer::of_host(Status::Unsupported, "the plugin does not have that ability")
        })
    }

    fn pass_on(&self, message: &Message, function: Option<abi::MessageFunction>) -> Option<Answer> {
        let function = function?;
        let view = abi::view(message);
        let mut result = abi::Result::empty();
        // SAFETY: the instance is alive, the view borrows from `message`, which outlives the call.
        unsafe { function(self.instance, &raw const view, &raw mut result) };
        Some(abi::result(&result))
    }

    fn check(&self, check: &Check) -> Option<Answer> {
        let function = self.table.verify_check?;
        let view = abi::view_of_check(check);
        let mut result = abi::Result::empty();
        // SAFETY: as in `pass_on`.
        unsafe { function(self.instance, &raw const view, &raw mut result) };
        let answer = abi::result(&result);
        if answer.status == Status::Ok && answer.verdict.is_none() {
            return Some(Answer {
                detail: "the plugin gave no verdict".into(),
                is_garbage: true,
                ..Answer::of(Status::Internal)
            });
        }
        Some(answer)
    }

    fn health(&self, timeout_ms: u32) -> Option<Answer> {
        let function = self.table.health?;
        let mut result = abi::Result::empty();
        // SAFETY: as in `pass_on`.
        unsafe { function(self.instance, timeout_ms, &raw mut result) };
        Some(abi::result(&result))
    }

    fn poll(&self, ids: &[String], timeout_ms: u32) -> Option<Answer> {
        let function = self.table.poll?;
        let ids: Vec<_> = ids.iter().map(|id| abi::Str::new(id)).collect();
        let mut result = abi::Result::empty();
        let mut list = abi::ReceiptList::new();
        let mut view = list.view();
        // SAFETY: as in `pass_on`; ids and list outlive the call.
        unsafe {
            function(
                self.instance,
                ids.as_ptr(),
                ids.len(),
                timeout_ms,
                &raw mut view,
                &raw mut result,
            );
        }
        Some(list.read(view.count, abi::result(&result)))
    }

    fn webhook(&self, request: &HttpRequest) -> Option<Answer> {
        let function = self.table.webhook?;
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, value)| abi::Header {
                name: abi::Str::new(name),
                value: abi::Str::new(value),
            })
            .collect();
        let view = abi::view_of_request(request, &headers);
        let mut result = abi::Result::empty();
        let mut list = abi::ReceiptList::new();
        let mut receipts = list.view();
        // SAFETY: as in `pass_on`; headers and list outlive the call.
        unsafe {
            function(
                self.instance,
                &raw const view,
                &raw mut receipts,
                &raw mut result,
            );
        }
        Some(list.read(receipts.count, abi::result(&result)))
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        if let Some(destroy) = self.table.destroy {
            // SAFETY: the last use of the instance; nobody else holds it.
            unsafe { destroy(self.instance) };
        }
    }
}

fn host_table(services: Arc<dyn Services>) -> Box<HostTable> {
    let mut host = Box::new(HostTable {
        table: abi::Host {
            magic: abi::MAGIC,
            abi_major: abi::ABI_MAJOR,
            abi_minor: abi::ABI_MINOR,
            struct_size: size_of::<abi::Host>() as u32,
            context: std::ptr::null_mut(),
            log: Some(log),
            now_unix_ms: Some(now_unix_ms),
            http: Some(http),
        },
        services,
    });
    host.table.context = (&raw mut host.services).cast();
    host
}

/// The services behind a host table.
///
/// # Safety
/// `host` is a table made by `host_table` whose box is alive.
unsafe fn services<'a>(host: *const abi::Host) -> &'a Arc<dyn Services> {
    // SAFETY: the caller's promise.
    unsafe { &*(*host).context.cast() }
}

unsafe extern "C" fn log(host: *const abi::Host, level: i32, line: abi::Str) {
    // SAFETY: the plugin passes the table that `create` gave it, and readable text.
    let (services, line) = unsafe { (services(host), abi::lossy(line, MAX_LINE)) };
    let level = match level {
        abi::log_level::ERROR => Level::Error,
        abi::log_level::WARN => Level::Warn,
        abi::log_level::INFO => Level::Info,
        _ => Level::Debug,
    };
    // A logger that panics must not unwind through the plugin.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let id = MESSAGE_ID.with_borrow(String::clone);
        services.log(level, &id, &line);
    }));
}

unsafe extern "C" fn now_unix_ms(host: *const abi::Host) -> i64 {
    // SAFETY: as in `log`.
    let services = unsafe { services(host) };
    catch_unwind(AssertUnwindSafe(|| services.now_unix_ms())).unwrap_or(0)
}

unsafe extern "C" fn http(
    host: *const abi::Host,
    request: *const abi::HttpRequest,
    response: *mut abi::HttpResponse,
) {
    // SAFETY: the plugin passes the table that `create` gave it, a request that can be read for the
    // length of the call, and a response of its own. `lossy` and the copies below take any bytes.
    unsafe {
        let services = services(host);
        let outcome = match owned_request(&*request) {
            // A client that panics must not unwind through the plugin.
            Ok(request) => catch_unwind(AssertUnwindSafe(|| services.http(&request)))
                .unwrap_or_else(|_| Err(no_answer(true, "a fault of the server"))),
            Err(reason) => Err(no_answer(false, reason)),
        };
        belfry_plugin::answer(outcome, response);
    }
}

/// A request that a plugin makes, as owned values.
///
/// # Safety
/// What the request points at can be read and does not change meanwhile.
unsafe fn owned_request(raw: &abi::HttpRequest) -> Result<HttpRequest, &'static str> {
    if raw.header_count > MOST_HEADERS || (raw.header_count > 0 && raw.headers.is_null()) {
        return Err("the request has too many headers");
    }
    // SAFETY: the caller's promise.
    unsafe {
        let text = |view: abi::Str| match view.len > LONGEST_PART {
            true => Err("a part of the request is longer than 1 MB"),
            false => Ok(abi::lossy(view, LONGEST_PART).into_owned()),
        };
        let mut headers = Vec::with_capacity(raw.header_count);
        for index in 0..raw.header_count {
            let header = &*raw.headers.add(index);
            headers.push((text(header.name)?, text(header.value)?));
        }
        if raw.body.len > LONGEST_PART {
            return Err("the body of the request is longer than 1 MB");
        }
        let body = match raw.body.ptr.is_null() {
            true => Vec::new(),
            false => std::slice::from_raw_parts(raw.body.ptr.cast::<u8>(), raw.body.len).to_vec(),
        };
        Ok(HttpRequest {
            method: text(raw.method)?,
            url: text(raw.url)?,
            headers,
            body,
            timeout: Duration::from_millis(raw.timeout_ms.into()),
        })
    }
}

fn no_answer(may_have_left: bool, text: &str) -> HttpFailure {
    HttpFailure {
        may_have_left,
        text: text.into(),
    }
}
