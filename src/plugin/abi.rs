//! The C interface as the host uses it: tables that may be shorter or longer than ours, text that may
//! be anything.
//!
//! The layout itself is [`belfry_plugin::abi`], the one mirror of the header, shared with the SDK.
//! Here is what only a host does: read another side's table no further than it goes, make the views
//! that a call gets, and turn a filled-in result into an [`Answer`]. No call is made here.

#![allow(unsafe_code)]

use std::{borrow::Cow, ffi::c_char, time::Duration};

pub(super) use belfry_plugin::abi::*;

use super::message::{
    self, Abilities, Answer, Message as HostMessage, Receipt as HostReceipt, ReceiptState, Status,
    Verdict,
};

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

/// What the functions of a table can do.
pub(super) fn abilities(table: &Plugin) -> Abilities {
    Abilities {
        send: table.send.is_some(),
        verify: table.verify_start.is_some() && table.verify_check.is_some(),
        health: table.health.is_some(),
        poll: table.poll.is_some(),
        webhook: table.webhook.is_some(),
    }
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

/// The view of a check; borrowed from it.
pub(super) fn view_of_check(check: &message::Check) -> Check {
    Check {
        struct_size: size_of::<Check>() as u32,
        timeout_ms: millis(check.timeout),
        message_id: Str::new(&check.message_id),
        provider_id: Str::new(&check.provider_id),
        to: Str::new(&check.to),
        code: Str::new(&check.code),
    }
}

/// The view of a request; borrowed from it and from the views of its headers.
pub(super) fn view_of_request(request: &message::HttpRequest, headers: &[Header]) -> HttpRequest {
    HttpRequest {
        struct_size: size_of::<HttpRequest>() as u32,
        timeout_ms: millis(request.timeout),
        method: Str::new(&request.method),
        url: Str::new(&request.url),
        headers: headers.as_ptr(),
        header_count: headers.len(),
        body: Str {
            ptr: request.body.as_ptr().cast(),
            len: request.body.len(),
        },
    }
}

/// Room for receipts of a plugin.
pub(super) struct ReceiptList(Vec<Receipt>);

impl ReceiptList {
    /// Room for 64.
    pub(super) fn new() -> Self {
        let empty = Receipt {
            struct_size: size_of::<Receipt>() as u32,
            state: 0,
            at_unix_ms: 0,
            provider_id: [0; 128],
            provider_code: [0; 64],
        };
        Self(vec![empty; 64])
    }

    /// The list that the plugin fills; valid as long as self is.
    pub(super) fn view(&mut self) -> Receipts {
        Receipts {
            struct_size: size_of::<Receipts>() as u32,
            item_size: size_of::<Receipt>() as u32,
            capacity: self.0.len() as u32,
            count: 0,
            items: self.0.as_mut_ptr(),
        }
    }

    /// Puts the first `count` of them into an answer, without those that make no sense.
    pub(super) fn read(&self, count: u32, mut answer: Answer) -> Answer {
        let count = count as usize;
        let mut is_garbage = count > self.0.len();
        for receipt in self.0.iter().take(count) {
            let provider_id = field(&receipt.provider_id, &mut is_garbage);
            match receipt_state_of(receipt.state) {
                Some(state) if !provider_id.is_empty() => answer.receipts.push(HostReceipt {
                    provider_id,
                    state,
                    provider_code: field(&receipt.provider_code, &mut is_garbage),
                    at_unix_ms: receipt.at_unix_ms,
                }),
                _ => is_garbage = true,
            }
        }
        answer.is_garbage |= is_garbage;
        answer
    }
}

/// Milliseconds for the wire, saturating.
pub(super) fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

/// What a plugin left in its result.
pub(super) fn result(raw: &Result) -> Answer {
    let status = status_of(raw.status);
    let (verdict, http_status) = (verdict_of(raw.verdict), http_status_of(raw.http_status));
    let mut is_garbage = status.is_none()
        || (verdict.is_none() && raw.verdict != 0)
        || (http_status.is_none() && raw.http_status != 0);
    let mut text = |raw: &[c_char]| field(raw, &mut is_garbage);
    let detail = match (status, raw.status) {
        (Some(_), _) => text(&raw.detail),
        (None, 0) => "the plugin set no status".into(),
        (None, unknown) => format!("the plugin answered unknown status {unknown}"),
    };
    let status = status.unwrap_or(Status::Internal);
    let [price, provider_id, provider_code] =
        [&raw.price[..], &raw.provider_id, &raw.provider_code].map(text);
    Answer {
        retry_after: (status == Status::Throttled && raw.retry_after_ms > 0)
            .then(|| Duration::from_millis(raw.retry_after_ms.into())),
        segments: (raw.segments > 0).then_some(raw.segments),
        price,
        provider_id,
        provider_code,
        detail,
        verdict,
        http_status,
        is_garbage,
        ..Answer::of(status)
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

/// The verdict of a number, if it is one.
pub(super) fn verdict_of(raw: i32) -> Option<Verdict> {
    Some(match raw {
        verdict::APPROVED => Verdict::Approved,
        verdict::WRONG_CODE => Verdict::WrongCode,
        verdict::PENDING => Verdict::Pending,
        verdict::EXPIRED => Verdict::Expired,
        verdict::EXHAUSTED => Verdict::Exhausted,
        _ => return None,
    })
}

/// The number of a verdict.
pub(super) fn number_of_verdict(verdict: Verdict) -> i32 {
    match verdict {
        Verdict::Approved => verdict::APPROVED,
        Verdict::WrongCode => verdict::WRONG_CODE,
        Verdict::Pending => verdict::PENDING,
        Verdict::Expired => verdict::EXPIRED,
        Verdict::Exhausted => verdict::EXHAUSTED,
    }
}

/// The HTTP status that a number stands for, if it can be the end of an answer.
pub(super) fn http_status_of(raw: u32) -> Option<u16> {
    u16::try_from(raw)
        .ok()
        .filter(|status| (200..600).contains(status))
}

/// The state of a number, if it is one.
pub(super) fn receipt_state_of(raw: i32) -> Option<ReceiptState> {
    Some(match raw {
        receipt_state::ACCEPTED => ReceiptState::Accepted,
        receipt_state::SENT => ReceiptState::Sent,
        receipt_state::DELIVERED => ReceiptState::Delivered,
        receipt_state::UNDELIVERED => ReceiptState::Undelivered,
        receipt_state::EXPIRED => ReceiptState::Expired,
        _ => return None,
    })
}

/// The number of a state.
pub(super) fn number_of_receipt_state(state: ReceiptState) -> i32 {
    match state {
        ReceiptState::Accepted => receipt_state::ACCEPTED,
        ReceiptState::Sent => receipt_state::SENT,
        ReceiptState::Delivered => receipt_state::DELIVERED,
        ReceiptState::Undelivered => receipt_state::UNDELIVERED,
        ReceiptState::Expired => receipt_state::EXPIRED,
    }
}

/// The text of an inline field: to its NUL or its end, bad UTF-8 replaced, control characters dropped.
/// `is_garbage` becomes true if that was needed for more than the ends of lines.
fn field(raw: &[c_char], is_garbage: &mut bool) -> String {
    let bytes: Vec<u8> = raw
        .iter()
        .take_while(|byte| **byte != 0)
        .map(|byte| byte.to_ne_bytes()[0])
        .collect();
    let text = String::from_utf8_lossy(&bytes);
    let is_odd = |c: char| c.is_control() && !c.is_ascii_whitespace();
    *is_garbage |= matches!(text, Cow::Owned(_)) || text.contains(is_odd);
    clean(&text)
}

/// Text that cannot break a log line or a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Text from a plugin that may be anything.
///
/// # Safety
/// `view` is null or points at `len` readable bytes that nobody changes meanwhile.
pub(super) unsafe fn lossy<'a>(view: Str, limit: usize) -> Cow<'a, str> {
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
        assert!(result.is_garbage);
    }

    #[test]
    fn what_makes_no_sense_is_marked_and_what_is_empty_is_not() {
        let mut raw = Result::empty();
        raw.status = status::OK;
        let marked = |raw: &Result| result(raw).is_garbage;
        assert!(!marked(&raw));
        raw.detail[0] = b'\n' as c_char;
        assert!(!marked(&raw), "lines are text");
        raw.detail[0] = 7;
        assert!(marked(&raw));
        raw.detail[0] = 0;
        raw.verdict = 99;
        assert!(marked(&raw));
        (raw.verdict, raw.http_status) = (0, 99);
        assert!(marked(&raw));

        let mut list = ReceiptList::new();
        list.0[0].provider_id[0] = b'p' as c_char;
        list.0[0].state = receipt_state::DELIVERED;
        let read = |list: &ReceiptList, count| list.read(count, Answer::of(Status::Ok));
        assert!(!read(&list, 1).is_garbage);
        assert_eq!(read(&list, 1).receipts.len(), 1);
        assert!(read(&list, 2).is_garbage, "one without a name");
        list.0[0].state = 99;
        assert!(read(&list, 1).is_garbage);
        assert!(read(&list, 65).is_garbage);
    }

    #[test]
    fn a_status_that_was_never_set_is_internal() {
        assert_eq!(result(&Result::empty()).status, Status::Internal);
    }
}
