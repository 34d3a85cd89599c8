//! Between the types of the SDK and the structures of the C interface.

use std::time::Duration;

use crate::{
    Check, Failure, Message, Receipt, ReceiptState, Sent, Verdict, abi, export::text, http::put,
};

impl Sent {
    pub(crate) fn put(&self, result: &mut abi::Result) {
        result.status = abi::status::OK;
        result.segments = self.segments;
        put(&mut result.provider_id, &self.provider_id);
        put(&mut result.price, &self.price);
    }
}

impl Verdict {
    pub(crate) fn put(self, result: &mut abi::Result) {
        use abi::verdict;
        result.status = abi::status::OK;
        result.verdict = match self {
            Self::Approved => verdict::APPROVED,
            Self::WrongCode => verdict::WRONG_CODE,
            Self::Pending => verdict::PENDING,
            Self::Expired => verdict::EXPIRED,
            Self::Exhausted => verdict::EXHAUSTED,
        };
    }
}

impl Failure {
    pub(crate) fn put(&self, result: &mut abi::Result) {
        use abi::status;
        let (status, reason) = match self {
            Self::InvalidRecipient(reason) => (status::INVALID_RECIPIENT, reason),
            Self::Rejected(reason) => (status::REJECTED, reason),
            Self::Unsupported(reason) => (status::UNSUPPORTED, reason),
            Self::Throttled(reason, _) => (status::THROTTLED, reason),
            Self::Unavailable(reason) => (status::UNAVAILABLE, reason),
            Self::OutcomeUnknown(reason) => (status::OUTCOME_UNKNOWN, reason),
            Self::Unauthorized(reason) => (status::UNAUTHORIZED, reason),
            Self::Misconfigured(reason) => (status::MISCONFIGURED, reason),
            Self::Internal(reason) => (status::INTERNAL, reason),
        };
        result.status = status;
        if let Self::Throttled(_, Some(wait)) = self {
            result.retry_after_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
        }
        put(&mut result.provider_code, &reason.code);
        put(&mut result.detail, &reason.text);
    }
}

impl Receipt {
    /// Puts receipts into the host's list, as many as fit.
    ///
    /// # Safety
    /// `list` is the host's: `items` has room for `capacity` receipts, `item_size` bytes apart.
    pub(crate) unsafe fn put_all(receipts: &[Self], list: &mut abi::Receipts) {
        for receipt in receipts {
            if list.count >= list.capacity {
                return;
            }
            let offset = list.item_size as usize * list.count as usize;
            // SAFETY: the place is inside the list, as the check above and the caller say.
            let item = unsafe { &mut *list.items.byte_add(offset) };
            item.struct_size = size_of::<abi::Receipt>() as u32;
            item.state = match receipt.state {
                ReceiptState::Accepted => abi::receipt_state::ACCEPTED,
                ReceiptState::Sent => abi::receipt_state::SENT,
                ReceiptState::Delivered => abi::receipt_state::DELIVERED,
                ReceiptState::Undelivered => abi::receipt_state::UNDELIVERED,
                ReceiptState::Expired => abi::receipt_state::EXPIRED,
            };
            item.at_unix_ms = receipt.at_unix_ms;
            put(&mut item.provider_id, &receipt.provider_id);
            put(&mut item.provider_code, &receipt.provider_code);
            list.count += 1;
        }
    }
}

/// # Safety
/// Every text of `message` is valid UTF-8 for as long as the result is used.
pub(crate) unsafe fn message(message: &abi::Message) -> Message<'_> {
    // SAFETY: the caller's promise.
    unsafe {
        Message {
            id: text(message.message_id),
            attempt: message.attempt,
            to: text(message.to),
            sender: text(message.sender),
            text: text(message.text),
            locale: text(message.locale),
            template_name: text(message.template_name),
            metadata_json: text(message.metadata_json),
            timeout: Duration::from_millis(message.timeout_ms.into()),
            receipt_url: text(message.receipt_url),
            expires_at_unix_ms: message.expires_at_unix_ms,
        }
    }
}

/// # Safety
/// As in [`message`].
pub(crate) unsafe fn check(check: &abi::Check) -> Check<'_> {
    // SAFETY: the caller's promise.
    unsafe {
        Check {
            message_id: text(check.message_id),
            provider_id: text(check.provider_id),
            to: text(check.to),
            code: text(check.code),
            timeout: Duration::from_millis(check.timeout_ms.into()),
        }
    }
}
