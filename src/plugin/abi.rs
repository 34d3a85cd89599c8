//! The C interface as the host uses it: tables that may be shorter or longer than ours, text that may
//! be anything.
//!
//! The layout itself is [`belfry_plugin::abi`], the one mirror of the header, shared with the SDK.
//! Here is what only a host does: read another side's table no further than it goes, make the views
//! that a call gets, and turn a filled-in result into a [`SendResult`]. No call is made here.

#![allow(unsafe_code)]

use std::{ffi::c_char, time::Duration};

pub(super) use belfry_plugin::abi::*;

use super::message::{Message as HostMessage, SendResult, Status};

/// Reads a plugin's table: magic, versions and size before anything else (plugin-abi §5).
///
/// # Safety
/// `table` is null or points at memory that starts with the four header fields and, if these are
/// right, goes on for `struct_size` bytes.
pub(super) unsafe fn read_table(table: *const Plugin) -> std::result::Result<Plugin, String> {
    if table.is_null() {
        return Err(format!(
            "the plugin does not know interface version {ABI_MAJOR}"
        ));
    }
    if !table.is_aligned() {
        return Err("the plugin's table is not aligned".into());
    }
    // SAFETY: the header fields can be read, as the caller promises.
    let (magic, major, minor, size) = unsafe {
        (
            (*table).magic,
            (*table).abi_major,
            (*table).abi_minor,
            (*table).struct_size as usize,
        )
    };
    if magic != MAGIC {
        return Err(format!(
            "not a provider's table: it begins with {magic:#010x}, not {MAGIC:#010x}"
        ));
    }
    if major != ABI_MAJOR {
        return Err(format!(
            "made for interface version {major}.{minor}, this server has {ABI_MAJOR}.{ABI_MINOR}"
        ));
    }
    if size < size_of::<Plugin>() {
        return Err(format!(
            "the plugin's table has {size} bytes, version {ABI_MAJOR}.0 has {}",
            size_of::<Plugin>()
        ));
    }
    // SAFETY: the table is at least as long as ours.
    Ok(unsafe { table.read() })
}

/// The view of a message that a plugin gets; borrowed from `message`.
pub(super) fn view(message: &HostMessage) -> Message {
    Message {
        struct_size: size_of::<Message>() as u32,
        attempt: message.attempt,
        timeout_ms: millis(message.timeout),
        reserved: 0,
        message_id: Str::new(&message.message_id),
        to: Str::new(&message.to),
        sender: Str::new(&message.sender),
        text: Str::new(&message.text),
        locale: Str::new(&message.locale),
        template_name: Str::new(&message.template_name),
        metadata_json: Str::new(&message.metadata_json),
        receipt_url: Str::new(&message.receipt_url),
        expires_at_unix_ms: message.expires_at_unix_ms,
    }
}

/// Milliseconds for the wire, saturating.
pub(super) fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

/// What a plugin left in its result.
pub(super) fn result(raw: &Result) -> SendResult {
    let status = status_of(raw.status);
    let detail = match (status, raw.status) {
        (Some(_), _) => field(&raw.detail),
        (None, 0) => "the plugin set no status".into(),
        (None, unknown) => format!("the plugin answered unknown status {unknown}"),
    };
    let status = status.unwrap_or(Status::Internal);
    SendResult {
        by_host: false,
        status,
        retry_after: (status == Status::Throttled && raw.retry_after_ms > 0)
            .then(|| Duration::from_millis(raw.retry_after_ms.into())),
        segments: (raw.segments > 0).then_some(raw.segments),
        provider_id: field(&raw.provider_id),
        provider_code: field(&raw.provider_code),
        detail,
    }
}

/// The status of a number, if it is one.
pub(super) fn status_of(raw: i32) -> Option<Status> {
    Some(match raw {
        status::OK => Status::Ok,
        status::INVALID_RECIPIENT => Status::InvalidRecipient,
        status::REJECTED => Status::Rejected,
        status::UNSUPPORTED => Status::Unsupported,
        status::THROTTLED => Status::Throttled,
        status::UNAVAILABLE => Status::Unavailable,
        status::OUTCOME_UNKNOWN => Status::OutcomeUnknown,
        status::UNAUTHORIZED => Status::Unauthorized,
        status::MISCONFIGURED => Status::Misconfigured,
        status::INTERNAL => Status::Internal,
        _ => return None,
    })
}

/// The number of a status.
pub(super) fn number_of(status: Status) -> i32 {
    match status {
        Status::Ok => status::OK,
        Status::InvalidRecipient => status::INVALID_RECIPIENT,
        Status::Rejected => status::REJECTED,
        Status::Unsupported => status::UNSUPPORTED,
        Status::Throttled => status::THROTTLED,
        Status::Unavailable => status::UNAVAILABLE,
        Status::OutcomeUnknown => status::OUTCOME_UNKNOWN,
        Status::Unauthorized => status::UNAUTHORIZED,
        Status::Misconfigured => status::MISCONFIGURED,
        Status::Internal => status::INTERNAL,
    }
}

/// The text of an inline field: to its NUL or its end, bad UTF-8 replaced, control characters dropped.
fn field(raw: &[c_char]) -> String {
    let bytes: Vec<u8> = raw
        .iter()
        .take_while(|byte| **byte != 0)
        .map(|byte| byte.to_ne_bytes()[0])
        .collect();
    clean(&String::from_utf8_lossy(&bytes))
}

/// Text that cannot break a log line or a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Text from a plugin that may be anything.
///
/// # Safety
/// `view` is null or points at `len` readable bytes that nobody changes meanwhile.
pub(super) unsafe fn lossy<'a>(view: Str, limit: usize) -> std::borrow::Cow<'a, str> {
    if view.ptr.is_null() {
        return "".into();
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(view.ptr.cast::<u8>(), view.len.min(limit)) };
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_in_a_result_is_internal_and_cleaned() {
        let mut raw = Result::empty();
        raw.status = 77;
        raw.provider_id = [0x41; 128];
        raw.provider_code[0] = 0xff_u8 as c_char;
        raw.provider_code[1] = 7;
        raw.provider_code[2] = 0x42;
        let result = result(&raw);
        assert_eq!(result.status, Status::Internal);
        assert_eq!(result.provider_id, "A".repeat(128));
        assert_eq!(result.provider_code, "\u{fffd}B");
    }

    #[test]
    fn a_status_that_was_never_set_is_internal() {
        assert_eq!(result(&Result::empty()).status, Status::Internal);
    }
}
