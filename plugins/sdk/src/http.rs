//! Requests and answers over HTTP, and how the host makes a request for a plugin.

use std::{ffi::c_char, ptr, time::Duration};

use crate::{Host, abi, export::text};

/// How much of an answer's body is kept, in bytes.
const BODY: usize = 64 * 1024;

/// A request that a provider makes with [`Host::http`], or that a gateway made to the server.
#[derive(Clone, Copy, Debug)]
pub struct HttpRequest<'a> {
    /// Such as `POST`.
    pub method: &'a str,
    /// The whole address; in a webhook as the gateway sees it, with its query.
    pub url: &'a str,
    /// Names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body; empty for none.
    pub body: &'a [u8],
    /// For [`Host::http`]: how long everything may take.
    pub timeout: Duration,
}

impl HttpRequest<'_> {
    /// The first header of that name, in whatever case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(value)
    }
}

impl Default for HttpRequest<'_> {
    /// A `POST` without a body, with ten seconds left.
    fn default() -> Self {
        Self {
            method: "POST",
            url: "",
            headers: &[],
            body: &[],
            timeout: Duration::from_secs(10),
        }
    }
}

/// A server's answer, of whatever status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// The HTTP status; redirects are not followed.
    pub status: u16,
    /// The body, cut at 64 kB.
    pub body: Vec<u8>,
    /// The header `Content-Type`; may be empty.
    pub content_type: String,
    /// The header `Retry-After`, if it was a number of seconds.
    pub retry_after: Option<Duration>,
}

/// There was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpFailure {
    /// Whether the request may have reached the server: then nobody knows what became of it, and
    /// [`Failure::OutcomeUnknown`](crate::Failure::OutcomeUnknown) is right.
    pub may_have_left: bool,
    /// Why; without the address and without secrets.
    pub text: String,
}

impl From<HttpFailure> for crate::Failure {
    /// Unavailable if nothing can have been sent, else of unknown outcome.
    fn from(failure: HttpFailure) -> Self {
        match failure.may_have_left {
            true => Self::OutcomeUnknown(failure.text.into()),
            false => Self::Unavailable(failure.text.into()),
        }
    }
}

impl Host {
    /// Makes one request and waits for the answer. No redirects, no proxy, and only to the
    /// [`http_hosts`](crate::Description::http_hosts) of the description.
    ///
    /// # Errors
    /// If there was no answer in time, or the host may not be reached.
    pub fn http(&self, request: &HttpRequest<'_>) -> Result<HttpResponse, HttpFailure> {
        let headers: Vec<abi::Header> = request
            .headers
            .iter()
            .map(|(name, value)| abi::Header {
                name: abi::Str::new(name),
                value: abi::Str::new(value),
            })
            .collect();
        let raw = abi::HttpRequest {
            struct_size: size_of::<abi::HttpRequest>() as u32,
            timeout_ms: u32::try_from(request.timeout.as_millis()).unwrap_or(u32::MAX),
            method: abi::Str::new(request.method),
            url: abi::Str::new(request.url),
            headers: headers.as_ptr(),
            header_count: headers.len(),
            body: abi::Str {
                ptr: request.body.as_ptr().cast(),
                len: request.body.len(),
            },
        };
        let mut body = vec![0_u8; BODY];
        let mut response = abi::HttpResponse {
            struct_size: size_of::<abi::HttpResponse>() as u32,
            status: 0,
            may_have_left: 0,
            retry_after_ms: 0,
            body: body.as_mut_ptr().cast(),
            body_capacity: body.len(),
            body_len: 0,
            content_type: [0; 128],
            error: [0; 320],
        };
        let table = self.table();
        // SAFETY: the table is valid as long as self is; request and response outlive the call.
        let asked = unsafe {
            (*table)
                .http
                .map(|http| http(table, &raw const raw, &raw mut response))
        };
        if asked.is_none() {
            return Err(HttpFailure {
                may_have_left: false,
                text: "this host makes no HTTP requests".into(),
            });
        }
        let Some(status) = u16::try_from(response.status)
            .ok()
            .filter(|status| *status > 0)
        else {
            return Err(HttpFailure {
                may_have_left: response.may_have_left != 0,
                text: field(&response.error),
            });
        };
        body.truncate(response.body_len);
        Ok(HttpResponse {
            status,
            body,
            content_type: field(&response.content_type),
            retry_after: (response.retry_after_ms > 0)
                .then(|| Duration::from_millis(response.retry_after_ms.into())),
        })
    }
}

/// The text of an inline field.
fn field(raw: &[c_char]) -> String {
    let bytes: Vec<u8> = raw
        .iter()
        .take_while(|byte| **byte != 0)
        .map(|byte| *byte as u8)
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Copies text into a field, cut at a character and ended with NUL.
pub(crate) fn put(field: &mut [c_char], text: &str) {
    let end = text.floor_char_boundary(field.len() - 1);
    for (to, from) in field.iter_mut().zip(&text.as_bytes()[..end]) {
        *to = *from as c_char;
    }
    field[end] = 0;
}

/// The headers of a request that came over the C interface.
///
/// # Safety
/// The request and all that it points at are valid for as long as the result is used.
pub(crate) unsafe fn headers<'a>(request: &abi::HttpRequest) -> Vec<(&'a str, &'a str)> {
    if request.header_count == 0 {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    unsafe {
        std::slice::from_raw_parts(request.headers, request.header_count)
            .iter()
            .map(|header| (text(header.name), text(header.value)))
            .collect()
    }
}

/// A request that came over the C interface.
///
/// # Safety
/// As in [`headers`].
pub(crate) unsafe fn borrow<'a>(
    request: &abi::HttpRequest,
    headers: &'a [(&'a str, &'a str)],
) -> HttpRequest<'a> {
    // SAFETY: the caller's promise.
    unsafe {
        HttpRequest {
            method: text(request.method),
            url: text(request.url),
            headers,
            body: match request.body.len {
                0 => &[],
                length => std::slice::from_raw_parts(request.body.ptr.cast(), length),
            },
            timeout: Duration::from_millis(request.timeout_ms.into()),
        }
    }
}

/// Answers a request of a plugin: the end of every host's `http` function.
///
/// # Safety
/// `response` is the plugin's own structure, and its body has the capacity that it says.
#[doc(hidden)]
pub unsafe fn answer(outcome: Result<HttpResponse, HttpFailure>, response: *mut abi::HttpResponse) {
    // SAFETY: the caller's promise.
    unsafe {
        let response = &mut *response;
        match outcome {
            Ok(answer) => {
                let length = answer.body.len().min(response.body_capacity);
                if length > 0 {
                    ptr::copy_nonoverlapping(answer.body.as_ptr(), response.body.cast(), length);
                }
                response.body_len = length;
                response.status = answer.status.into();
                response.retry_after_ms = answer.retry_after.map_or(0, |wait| {
                    u32::try_from(wait.as_millis()).unwrap_or(u32::MAX)
                });
                put(&mut response.content_type, &answer.content_type);
            }
            Err(failure) => {
                response.status = 0;
                response.body_len = 0;
                response.may_have_left = failure.may_have_left.into();
                put(&mut response.error, &failure.text);
            }
        }
    }
}
