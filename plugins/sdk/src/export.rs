//! From a [`Provider`] to the table of C functions: life of an instance and the panic barrier. The
//! calls are in `calls`.
//!
//! Nothing here unwinds into the host. A panic in a call drops the instance that it may have left
//! half changed; the next call creates a new one from the same configuration.

use std::{
    cell::RefCell,
    ffi::{CString, c_char, c_void},
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::null_mut,
    sync::{Arc, Mutex, Once, OnceLock, PoisonError},
};

use crate::{Failure, Host, Provider, Reason, abi};

/// Exports a [`Provider`] as a plugin: `export!(Type: Send + Webhook);`.
///
/// The list names what the type can do: `Send` for [`Provider::send`], and `Verify`, `Health`, `Poll`
/// and `Webhook` for the traits of those names; one that is listed and not implemented does not
/// compile. A crate has one such line.
#[macro_export]
macro_rules! export {
    ($provider:ty : $first:ident $(+ $more:ident)*) => {
        const _: () = {
            /// The plugin's entry: the table, or NULL for another major version.
            #[unsafe(no_mangle)]
            pub extern "C" fn belfry_plugin_main(
                host_abi_major: u32,
            ) -> *const $crate::abi::Plugin {
                static DESCRIPTION: ::std::sync::OnceLock<::std::ffi::CString> =
                    ::std::sync::OnceLock::new();
                extern "C" fn describe() -> *const ::std::ffi::c_char {
                    $crate::Exported::<$provider>::describe(&DESCRIPTION)
                }
                static TABLE: $crate::abi::Plugin = {
                    #[allow(unused_mut)]
                    let mut table = $crate::Exported::<$provider>::table(describe);
                    $crate::export!(@ability table, $provider, $first);
                    $( $crate::export!(@ability table, $provider, $more); )*
                    table
                };
                if host_abi_major == $crate::abi::ABI_MAJOR { &raw const TABLE } else { ::std::ptr::null() }
            }
        };
    };
    (@ability $table:ident, $provider:ty, Send) => {
        $table.send = Some($crate::Exported::<$provider>::send);
    };
    (@ability $table:ident, $provider:ty, Verify) => {
        $table.verify_start = Some($crate::Exported::<$provider>::verify_start);
        $table.verify_check = Some($crate::Exported::<$provider>::verify_check);
    };
    (@ability $table:ident, $provider:ty, Health) => {
        $table.health = Some($crate::Exported::<$provider>::health);
    };
    (@ability $table:ident, $provider:ty, Poll) => {
        $table.poll = Some($crate::Exported::<$provider>::poll);
    };
    (@ability $table:ident, $provider:ty, Webhook) => {
        $table.webhook = Some($crate::Exported::<$provider>::webhook);
    };
}

/// The C functions of one provider type.
#[doc(hidden)]
pub struct Exported<P>(PhantomData<P>);

/// What `self` points at.
pub(crate) struct Instance<P> {
    host: Host,
    config_json: String,
    /// `None` after a panic.
    provider: Mutex<Option<Arc<P>>>,
}

impl<P: Provider> Exported<P> {
    /// The table without abilities.
    pub const fn table(describe: unsafe extern "C" fn() -> *const c_char) -> abi::Plugin {
        abi::Plugin {
            magic: abi::MAGIC,
            abi_major: abi::ABI_MAJOR,
            abi_minor: abi::ABI_MINOR,
            struct_size: size_of::<abi::Plugin>() as u32,
            describe: Some(describe),
            create: Some(Self::create),
            destroy: Some(Self::destroy),
            health: None,
            send: None,
            verify_start: None,
            verify_check: None,
            poll: None,
            webhook: None,
            extension: None,
        }
    }

    /// The description as text that lives as long as the library; NULL if making it panicked.
    pub fn describe(text: &'static OnceLock<CString>) -> *const c_char {
        let made = catch_unwind(|| {
            text.get_or_init(|| {
                let json = serde_json::to_string(&P::description()).unwrap_or_default();
                // JSON escapes NUL, so the text holds none.
                CString::new(json).unwrap_or_default()
            })
        });
        made.map_or(std::ptr::null(), |text| text.as_ptr())
    }

    unsafe extern "C" fn create(
        host: *const abi::Host,
        config_json: abi::Str,
        result: *mut abi::Result,
    ) -> *mut c_void {
        report_panics_by_place();
        // SAFETY: the host gives a table that outlives the instance, valid UTF-8 and its own result.
        let (host, config_json, result) = unsafe {
            (
                Host::from_raw(host),
                text(config_json).to_owned(),
                &mut *result,
            )
        };
        match guarded(|| Instance::<P>::build(&host, &config_json)) {
            Ok(provider) => Box::into_raw(Box::new(Instance {
                host,
                config_json,
                provider: Mutex::new(Some(Arc::new(provider))),
            }))
            .cast(),
            Err(failure) => {
                failure.put(result);
                null_mut()
            }
        }
    }

    unsafe extern "C" fn destroy(instance: *mut c_void) {
        // SAFETY: the pointer is the one that `create` made, and this is its last use.
        let instance = unsafe { Box::from_raw(instance.cast::<Instance<P>>()) };
        let _ = catch_unwind(AssertUnwindSafe(|| drop(instance)));
    }
}

impl<P: Provider> Instance<P> {
    fn build(host: &Host, config_json: &str) -> Result<P, Failure> {
        // serde_json quotes values in its messages; the position is enough and cannot be a secret.
        let config = serde_json::from_str(config_json).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Failure::Misconfigured(
                format!("the configuration does not fit the plugin (line {line}, column {column})")
                    .into(),
            )
        })?;
        P::create(host.clone(), config)
    }

    /// Runs one call on the provider, made anew if the last one panicked.
    pub(crate) fn call<T>(
        &self,
        call: impl FnOnce(&P) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let provider = self.provider()?;
        let outcome = guarded(|| call(&provider));
        if matches!(&outcome, Err(Failure::Internal(reason)) if reason.code == PANIC) {
            let mut current = self.provider.lock().unwrap_or_else(PoisonError::into_inner);
            if current
                .as_ref()
                .is_some_and(|now| Arc::ptr_eq(now, &provider))
            {
                *current = None;
            }
            drop(current);
            let _ = catch_unwind(AssertUnwindSafe(|| drop(provider)));
        }
        outcome
    }

    fn provider(&self) -> Result<Arc<P>, Failure> {
        let mut current = self.provider.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(provider) = &*current {
            return Ok(provider.clone());
        }
        let made = Arc::new(guarded(|| Self::build(&self.host, &self.config_json))?);
        *current = Some(made.clone());
        Ok(made)
    }
}

/// The provider code of a failure that was a panic.
const PANIC: &str = "panic";

thread_local! {
    /// Where this thread panicked last.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Replaces the panic hook of this library's standard library: the usual one prints the panic's text
/// to stderr, and the text may quote a message. The place says enough to find the fault.
fn report_panics_by_place() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            PLACE.set(place.unwrap_or_default());
        }));
    });
}

/// The panic barrier.
fn guarded<T>(call: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| {
        // Dropping it could panic again.
        std::mem::forget(payload);
        let text = format!("the plugin panicked at {}", PLACE.take());
        Err(Failure::Internal(Reason::with_code(text, PANIC)))
    })
}

/// The text of the host.
///
/// # Safety
/// `view` is valid UTF-8 for as long as the result is used; the header promises both.
#[doc(hidden)]
pub unsafe fn text<'a>(view: abi::Str) -> &'a str {
    if view.len == 0 {
        return "";
    }
    // SAFETY: the caller's promise.
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(view.ptr.cast(), view.len)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Description, FakeHost, Message, Sent, http::put};

    /// Counts its calls, and panics when the text says so.
    struct Moody(Mutex<u32>);

    impl Provider for Moody {
        type Config = serde_json::Value;

        fn description() -> Description {
            Description::new("moody", "Moody")
        }

        fn create(_: Host, config: Self::Config) -> Result<Self, Failure> {
            assert_ne!(config, "panic");
            Ok(Self(Mutex::new(0)))
        }

        fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
            let mut calls = self.0.lock().unwrap();
            *calls += 1;
            assert_ne!(message.text, "panic");
            Ok(Sent {
                provider_id: "id".into(),
                segments: *calls,
                ..Sent::default()
            })
        }
    }

    fn create(host: &FakeHost, config: &str) -> (*mut c_void, abi::Result) {
        let mut result = abi::Result::empty();
        let config = abi::Str::new(config);
        // SAFETY: everything that is pointed at outlives the call, and the host the instance.
        let instance =
            unsafe { Exported::<Moody>::create(host.host().table(), config, &raw mut result) };
        (instance, result)
    }

    fn send(instance: *mut c_void, content: &str) -> abi::Result {
        let mut result = abi::Result::empty();
        let empty = abi::Str::new("");
        let message = abi::Message {
            struct_size: size_of::<abi::Message>() as u32,
            attempt: 1,
            timeout_ms: 1000,
            reserved: 0,
            message_id: empty,
            to: empty,
            sender: empty,
            text: abi::Str::new(content),
            locale: empty,
            template_name: empty,
            metadata_json: empty,
            receipt_url: empty,
            expires_at_unix_ms: 0,
        };
        // SAFETY: the instance is alive, the others outlive the call.
        unsafe { Exported::<Moody>::send(instance, &raw const message, &raw mut result) };
        result
    }

    fn read(field: &[c_char]) -> String {
        let bytes = field.iter().take_while(|byte| **byte != 0);
        String::from_utf8(bytes.map(|byte| *byte as u8).collect()).unwrap()
    }

    #[test]
    fn a_panic_in_send_is_internal_and_the_instance_is_made_anew() {
        let host = FakeHost::default();
        let (instance, _) = create(&host, "null");
        assert_eq!(send(instance, "hello").segments, 1);
        assert_eq!(send(instance, "hello").segments, 2);
        let result = send(instance, "panic");
        assert_eq!(result.status, abi::status::INTERNAL);
        let detail = read(&result.detail);
        assert!(detail.starts_with("the plugin panicked at "), "{detail}");
        assert!(detail.contains("export.rs:"), "{detail}");
        let result = send(instance, "hello");
        assert_eq!((result.status, result.segments), (abi::status::OK, 1));
        assert_eq!(read(&result.provider_id), "id");
        // SAFETY: its last use.
        unsafe { Exported::<Moody>::destroy(instance) };
    }

    #[test]
    fn a_panic_in_create_and_a_bad_configuration_are_reasons() {
        let host = FakeHost::default();
        let (instance, result) = create(&host, "\"panic\"");
        assert!(instance.is_null());
        assert_eq!(result.status, abi::status::INTERNAL);
        let (instance, result) = create(&host, "{");
        assert!(instance.is_null());
        assert_eq!(result.status, abi::status::MISCONFIGURED);
    }

    #[test]
    fn text_is_cut_between_characters() {
        let mut field: [c_char; 4] = [1; 4];
        put(&mut field, "aéé");
        assert_eq!(field.map(|byte| byte as u8), [b'a', 0xc3, 0xa9, 0]);
    }
}
