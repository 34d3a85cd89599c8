//! The functions of the table that call a created provider: borrow, call behind the panic barrier, put
//! the answer into the host's structure.

use std::{ffi::c_void, time::Duration};

use crate::{
    Failure, Health, Poll, Provider, Receipt, Verify, Webhook, abi, convert,
    export::{Exported, Instance, text},
    http,
};

/// The most ids that are looked at; the header allows 50.
const MOST_IDS: usize = 4096;

/// Runs a call on the instance and puts a failure into the result.
///
/// # Safety
/// `instance` comes from `create` of the same type, and `result` is the host's.
unsafe fn run<P: Provider, T>(
    instance: *mut c_void,
    result: *mut abi::Result,
    call: impl FnOnce(&P) -> Result<T, Failure>,
    done: impl FnOnce(T, &mut abi::Result),
) {
    // SAFETY: the caller's promise; both are borrowed until the host's call returns.
    let (instance, result) = unsafe { (&*instance.cast::<Instance<P>>(), &mut *result) };
    match instance.call(call) {
        Ok(answer) => done(answer, result),
        Err(failure) => failure.put(result),
    }
}

impl<P: Provider> Exported<P> {
    /// The ability `Send`.
    ///
    /// # Safety
    /// As the header says: `instance` comes from `create`, the others are the host's.
    pub unsafe extern "C" fn send(
        instance: *mut c_void,
        message: *const abi::Message,
        result: *mut abi::Result,
    ) {
        // SAFETY: the host's promise.
        unsafe {
            let message = convert::message(&*message);
            run::<P, _>(
                instance,
                result,
                |provider| provider.send(&message),
                |sent, result| sent.put(result),
            );
        }
    }
}

impl<P: Verify> Exported<P> {
    /// The first half of the ability `Verify`.
    ///
    /// # Safety
    /// As in [`send`](Self::send).
    pub unsafe extern "C" fn verify_start(
        instance: *mut c_void,
        message: *const abi::Message,
        result: *mut abi::Result,
    ) {
        // SAFETY: the host's promise.
        unsafe {
            let message = convert::message(&*message);
            run::<P, _>(
                instance,
                result,
                |provider| provider.start(&message),
                |sent, result| sent.put(result),
            );
        }
    }

    /// The second half of the ability `Verify`.
    ///
    /// # Safety
    /// As in [`send`](Self::send).
    pub unsafe extern "C" fn verify_check(
        instance: *mut c_void,
        check: *const abi::Check,
        result: *mut abi::Result,
    ) {
        // SAFETY: the host's promise.
        unsafe {
            let check = convert::check(&*check);
            run::<P, _>(
                instance,
                result,
                |provider| provider.check(&check),
                |verdict, result| verdict.put(result),
            );
        }
    }
}

impl<P: Health> Exported<P> {
    /// The ability `Health`.
    ///
    /// # Safety
    /// As in [`send`](Self::send).
    pub unsafe extern "C" fn health(
        instance: *mut c_void,
        timeout_ms: u32,
        result: *mut abi::Result,
    ) {
        let timeout = Duration::from_millis(timeout_ms.into());
        // SAFETY: the host's promise.
        unsafe {
            run::<P, _>(
                instance,
                result,
                |provider| provider.health(timeout),
                |(), result| result.status = abi::status::OK,
            );
        }
    }
}

impl<P: Poll> Exported<P> {
    /// The ability `Poll`.
    ///
    /// # Safety
    /// As in [`send`](Self::send); `ids` are `count` texts.
    pub unsafe extern "C" fn poll(
        instance: *mut c_void,
        ids: *const abi::Str,
        count: usize,
        timeout_ms: u32,
        receipts: *mut abi::Receipts,
        result: *mut abi::Result,
    ) {
        let timeout = Duration::from_millis(timeout_ms.into());
        // SAFETY: the host's promise.
        unsafe {
            let ids: Vec<&str> = match count {
                0 => Vec::new(),
                _ => std::slice::from_raw_parts(ids, count.min(MOST_IDS))
                    .iter()
                    .map(|id| text(*id))
                    .collect(),
            };
            run::<P, _>(
                instance,
                result,
                |provider| provider.poll(&ids, timeout),
                |found, result| {
                    result.status = abi::status::OK;
                    Receipt::put_all(&found, &mut *receipts);
                },
            );
        }
    }
}

impl<P: Webhook> Exported<P> {
    /// The ability `Webhook`.
    ///
    /// # Safety
    /// As in [`send`](Self::send).
    pub unsafe extern "C" fn webhook(
        instance: *mut c_void,
        request: *const abi::HttpRequest,
        receipts: *mut abi::Receipts,
        result: *mut abi::Result,
    ) {
        // SAFETY: the host's promise.
        unsafe {
            let headers = http::headers(&*request);
            let request = http::borrow(&*request, &headers);
            run::<P, _>(
                instance,
                result,
                |provider| provider.webhook(&request),
                |answer, result| {
                    result.status = abi::status::OK;
                    result.http_status = answer.http_status.into();
                    Receipt::put_all(&answer.receipts, &mut *receipts);
                },
            );
        }
    }
}
