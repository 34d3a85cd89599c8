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
};

use log::Level;

use super::{
    abi,
    host::{MAX_LINE, Services},
    load::Loaded,
    message::{Message, SendResult, Status},
};

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
    ) -> Result<Self, SendResult> {
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
            return Err(match result.status {
                0 => SendResult::of_host(Status::Internal, "the plugin gives no reason"),
                _ => abi::result(&result),
            });
        }
        Ok(Self {
            table: loaded.table,
            instance,
            _host: host,
        })
    }

    /// Sends one message; blocks for as long as the plugin does.
    pub(super) fn send(&self, message: &Message) -> SendResult {
        let Some(send) = self.table.send else {
            return SendResult::of_host(Status::Unsupported, "the plugin cannot send");
        };
        MESSAGE_ID.with_borrow_mut(|id| id.clone_from(&message.message_id));
        let view = abi::view(message);
        let mut result = abi::Result::empty();
        // SAFETY: the instance is alive, the view borrows from `message`, which outlives the call.
        unsafe { send(self.instance, &raw const view, &raw mut result) };
        MESSAGE_ID.with_borrow_mut(String::clear);
        abi::result(&result)
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
            http: None,
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
