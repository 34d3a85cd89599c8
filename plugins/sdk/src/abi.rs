//! The C interface in Rust: a mirror of `include/belfry_plugin.h`, field by field.
//!
//! The header is the manual; read it for what each field and function means. This module is the only
//! other place that knows the layout, for the SDK and for the server alike, and a test of the server
//! compares every size and offset with what the C compiler says. Authors of providers do not need it.

#![allow(missing_docs)] // The header documents every item under the same name.

use std::ffi::{c_char, c_void};

/// First field of both tables: "BLFY".
pub const MAGIC: u32 = 0x5946_4c42;
/// Host and plugin must agree on it.
pub const ABI_MAJOR: u32 = 1;
/// A newer one on either side is fine.
pub const ABI_MINOR: u32 = 0;
/// The one symbol that a plugin exports.
pub const ENTRY: &str = "belfry_plugin_main";

/// The type of [`ENTRY`].
pub type Entry = unsafe extern "C" fn(host_abi_major: u32) -> *const Plugin;

/// The values of `enum belfry_status`.
pub mod status {
    pub const OK: i32 = 1;
    pub const INVALID_RECIPIENT: i32 = 2;
    pub const REJECTED: i32 = 3;
    pub const UNSUPPORTED: i32 = 4;
    pub const THROTTLED: i32 = 5;
    pub const UNAVAILABLE: i32 = 6;
    pub const OUTCOME_UNKNOWN: i32 = 7;
    pub const UNAUTHORIZED: i32 = 8;
    pub const MISCONFIGURED: i32 = 9;
    pub const INTERNAL: i32 = 10;
}

/// The values of `enum belfry_verdict`.
pub mod verdict {
    pub const APPROVED: i32 = 1;
    pub const WRONG_CODE: i32 = 2;
    pub const PENDING: i32 = 3;
    pub const EXPIRED: i32 = 4;
    pub const EXHAUSTED: i32 = 5;
}

/// The values of `enum belfry_receipt_state`.
pub mod receipt_state {
    pub const ACCEPTED: i32 = 1;
    pub const SENT: i32 = 2;
    pub const DELIVERED: i32 = 3;
    pub const UNDELIVERED: i32 = 4;
    pub const EXPIRED: i32 = 5;
}

/// The values of `enum belfry_log_level`.
pub mod log_level {
    pub const ERROR: i32 = 1;
    pub const WARN: i32 = 2;
    pub const INFO: i32 = 3;
    pub const DEBUG: i32 = 4;
}

/// `belfry_str`: borrowed text or bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub ptr: *const c_char,
    pub len: usize,
}

impl Str {
    /// A view of `text`, valid for as long as `text` is.
    pub fn new(text: &str) -> Self {
        Self {
            ptr: text.as_ptr().cast(),
            len: text.len(),
        }
    }
}

/// `belfry_result`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Result {
    pub struct_size: u32,
    pub status: i32,
    pub retry_after_ms: u32,
    pub segments: u32,
    pub verdict: i32,
    pub http_status: u32,
    pub provider_id: [c_char; 128],
    pub provider_code: [c_char; 64],
    pub detail: [c_char; 320],
    pub price: [c_char; 32],
}

impl Result {
    /// The zeroed structure that a call gets.
    pub fn empty() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            status: 0,
            retry_after_ms: 0,
            segments: 0,
            verdict: 0,
            http_status: 0,
            provider_id: [0; 128],
            provider_code: [0; 64],
            detail: [0; 320],
            price: [0; 32],
        }
    }
}

/// `belfry_message`.
#[repr(C)]
pub struct Message {
    pub struct_size: u32,
    pub attempt: u32,
    pub timeout_ms: u32,
    pub reserved: u32,
    pub message_id: Str,
    pub to: Str,
    pub sender: Str,
    pub text: Str,
    pub locale: Str,
    pub template_name: Str,
    pub metadata_json: Str,
    pub receipt_url: Str,
    pub expires_at_unix_ms: i64,
}

/// `belfry_check`.
#[repr(C)]
pub struct Check {
    pub struct_size: u32,
    pub timeout_ms: u32,
    pub message_id: Str,
    pub provider_id: Str,
    pub to: Str,
    pub code: Str,
}

/// `belfry_receipt`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Receipt {
    pub struct_size: u32,
    pub state: i32,
    pub at_unix_ms: i64,
    pub provider_id: [c_char; 128],
    pub provider_code: [c_char; 64],
}

/// `belfry_receipts`.
#[repr(C)]
pub struct Receipts {
    pub struct_size: u32,
    pub item_size: u32,
    pub capacity: u32,
    pub count: u32,
    pub items: *mut Receipt,
}

/// `belfry_header`.
#[repr(C)]
pub struct Header {
    pub name: Str,
    pub value: Str,
}

/// `belfry_http_request`.
#[repr(C)]
pub struct HttpRequest {
    pub struct_size: u32,
    pub timeout_ms: u32,
    pub method: Str,
    pub url: Str,
    pub headers: *const Header,
    pub header_count: usize,
    pub body: Str,
}

/// `belfry_http_response`.
#[repr(C)]
pub struct HttpResponse {
    pub struct_size: u32,
    pub status: u32,
    pub may_have_left: u32,
    pub retry_after_ms: u32,
    pub body: *mut c_char,
    pub body_capacity: usize,
    pub body_len: usize,
    pub content_type: [c_char; 128],
    pub error: [c_char; 320],
}

/// `belfry_host`.
#[repr(C)]
pub struct Host {
    pub magic: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub struct_size: u32,
    pub context: *mut c_void,
    pub log: Option<unsafe extern "C" fn(*const Host, i32, Str)>,
    pub now_unix_ms: Option<unsafe extern "C" fn(*const Host) -> i64>,
    pub http: Option<unsafe extern "C" fn(*const Host, *const HttpRequest, *mut HttpResponse)>,
}

/// The type of `send` and `verify_start`.
pub type MessageFunction = unsafe extern "C" fn(*mut c_void, *const Message, *mut Result);

/// `belfry_plugin`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Plugin {
    pub magic: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub struct_size: u32,
    pub describe: Option<unsafe extern "C" fn() -> *const c_char>,
    pub create: Option<unsafe extern "C" fn(*const Host, Str, *mut Result) -> *mut c_void>,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub health: Option<unsafe extern "C" fn(*mut c_void, u32, *mut Result)>,
    pub send: Option<MessageFunction>,
    pub verify_start: Option<MessageFunction>,
    pub verify_check: Option<unsafe extern "C" fn(*mut c_void, *const Check, *mut Result)>,
    pub poll: Option<
        unsafe extern "C" fn(*mut c_void, *const Str, usize, u32, *mut Receipts, *mut Result),
    >,
    pub webhook:
        Option<unsafe extern "C" fn(*mut c_void, *const HttpRequest, *mut Receipts, *mut Result)>,
    pub extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}
