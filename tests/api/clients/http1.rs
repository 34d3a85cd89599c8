//! What goes over HTTP/1.1: REST with JSON and with framed messages, gRPC-Web, Connect.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose};
use http::{Request, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{
    Answer, Clients, Failure, Headers, answer::http_status, decode_response, encode_request,
    framing,
};
use crate::operations::Operation;

/// Sends a request and gives back the answer as it came.
pub fn send(
    clients: &Clients,
    verb: &str,
    target: &str,
    headers: &Headers,
    body: Option<Vec<u8>>,
) -> Response<Vec<u8>> {
    let mut request = Request::builder()
        .method(verb)
        .uri(format!("http://{}{target}", clients.address));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = match body {
        Some(body) => clients.http1.run(request.body(body).unwrap()),
        None => clients.http1.run(request.body(()).unwrap()),
    };
    let (head, mut body) = answer
        .unwrap_or_else(|fault| panic!("{verb} {target}: {fault}"))
        .into_parts();
    let content = body
        .with_config()
        .limit(16 << 20)
        .read_to_vec()
        .unwrap_or_else(|fault| panic!("{verb} {target}: body: {fault}"));
    Response::from_parts(head, content)
}

/// JSON on the REST path.
pub fn rest(
    clients: &Clients,
    operation: &Operation,
    request: &Value,
    headers: &Headers,
) -> Answer {
    let (mut target, rest) = rest_target(operation, request);
    let answer = if operation.has_body {
        let headers = with_content_type(headers, "application/json");
        let body = rest.to_string().into_bytes();
        send(clients, operation.verb, &target, &headers, Some(body))
    } else {
        let members = rest.as_object().unwrap();
        let query: Vec<_> = members
            .iter()
            .flat_map(|(name, value)| {
                let one = std::slice::from_ref(value);
                let values = value.as_array().map_or(one, Vec::as_slice);
                values.iter().map(move |value| {
                    let text = value.as_str().expect("a text");
                    let text = utf8_percent_encode(text, NON_ALPHANUMERIC);
                    format!("{name}={text}")
                })
            })
            .collect();
        if !query.is_empty() {
            target = format!("{target}?{}", query.join("&"));
        }
        send(clients, operation.verb, &target, headers, None)
    };
    let content = json_of(&answer);
    if answer.status() == operation.success() {
        return Answer(Ok(content));
    }
    let details = content["details"].as_array().cloned().unwrap_or_default();
    Answer(Err(Failure {
        code: content["code"].as_i64().expect("a code"),
        message: content["message"].as_str().expect("a message").to_owned(),
        details,
        http_status: Some(answer.status().as_u16()),
        retry_after: retry_after(&answer),
    }
    .checked()))
}

/// A framed message on the REST path.
pub fn rest_grpc_web(
    clients: &Clients,
    operation: &Operation,
    request: &Value,
    headers: &Headers,
) -> Answer {
    let (target, rest) = rest_target(operation, request);
    let headers = with_content_type(headers, "application/grpc-web+proto");
    let body = framing::frame(&encode_request(operation, &rest));
    let answer = send(clients, operation.verb, &target, &headers, Some(body));
    expect_content_type(&answer, "application/grpc-web+proto");
    framed(operation, &answer, answer.body())
}

/// gRPC-Web, binary or as base64 text.
pub fn grpc_web(
    clients: &Clients,
    operation: &Operation,
    request: &Value,
    headers: &Headers,
    as_text: bool,
) -> Answer {
    let mut body = framing::frame(&encode_request(operation, request));
    let content_type = if as_text {
        body = general_purpose::STANDARD.encode(body).into_bytes();
        "application/grpc-web-text+proto"
    } else {
        "application/grpc-web+proto"
    };
    let mut headers = with_content_type(headers, content_type);
    headers.push(("accept", content_type.to_owned()));
    headers.push(("x-grpc-web", "1".to_owned()));
    let answer = send(
        clients,
        "POST",
        &operation.grpc_path(),
        &headers,
        Some(body),
    );
    if as_text {
        let content_type = answer.headers()["content-type"].to_str().unwrap();
        assert!(
            content_type.starts_with("application/grpc-web-text"),
            "{content_type}"
        );
        framed(operation, &answer, &framing::decode_text(answer.body()))
    } else {
        expect_content_type(&answer, content_type);
        framed(operation, &answer, answer.body())
    }
}

/// Connect with JSON.
pub fn connect_json(
    clients: &Clients,
    operation: &Operation,
    request: &Value,
    headers: &Headers,
) -> Answer {
    // As the Python SDK does it: no Connect-Protocol-Version.
    let headers = with_content_type(headers, "application/json");
    let body = request.to_string().into_bytes();
    let target = operation.grpc_path();
    let answer = send(clients, "POST", &target, &headers, Some(body));
    if answer.status() == 200 {
        return Answer(Ok(json_of(&answer)));
    }
    Answer(Err(connect_failure(&answer)))
}

/// Connect with protobuf.
pub fn connect_proto(
    clients: &Clients,
    operation: &Operation,
    request: &Value,
    headers: &Headers,
) -> Answer {
    let mut headers = with_content_type(headers, "application/proto");
    headers.push(("connect-protocol-version", "1".to_owned()));
    let body = encode_request(operation, request);
    let target = operation.grpc_path();
    let answer = send(clients, "POST", &target, &headers, Some(body));
    if answer.status() == 200 {
        expect_content_type(&answer, "application/proto");
        return Answer(Ok(decode_response(operation, answer.body())));
    }
    Answer(Err(connect_failure(&answer)))
}

/// The REST target of a request, and what of the request does not stand in its path.
pub fn rest_target(operation: &Operation, request: &Value) -> (String, Value) {
    let mut rest = request.clone();
    let members = rest.as_object_mut().unwrap();
    let mut target = operation.path.to_owned();
    for parameter in operation.parameters() {
        let value = members
            .remove(parameter)
            .unwrap_or_else(|| panic!("{request} has no {parameter}"));
        let value = utf8_percent_encode(value.as_str().unwrap(), NON_ALPHANUMERIC).to_string();
        target = target.replace(&format!("{{{parameter}}}"), &value);
    }
    (target, rest)
}

fn framed(operation: &Operation, answer: &Response<Vec<u8>>, body: &[u8]) -> Answer {
    assert_eq!(answer.status(), 200, "gRPC-Web errors are told in trailers");
    let mut frames = framing::frames(body);
    let trailers = match frames.pop() {
        Some((0x80, text)) => String::from_utf8(text).unwrap(),
        last => panic!("the last frame holds the trailers, not {last:?}"),
    };
    let trailer = |name: &str| {
        trailers.split("\r\n").find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key == name).then(|| value.trim())
        })
    };
    Answer(match framing::status(trailer) {
        Some(failure) => Err(failure),
        None => match frames.as_slice() {
            [(0, message)] => Ok(decode_response(operation, message)),
            frames => panic!("expected one message, got {frames:?}"),
        },
    })
}

fn connect_failure(answer: &Response<Vec<u8>>) -> Failure {
    const CODES: [&str; 17] = [
        "ok",
        "canceled",
        "unknown",
        "invalid_argument",
        "deadline_exceeded",
        "not_found",
        "already_exists",
        "permission_denied",
        "resource_exhausted",
        "failed_precondition",
        "aborted",
        "out_of_range",
        "unimplemented",
        "internal",
        "unavailable",
        "data_loss",
        "unauthenticated",
    ];
    let content = json_of(answer);
    let name = content["code"].as_str().expect("a code name");
    let code = CODES
        .iter()
        .position(|code| *code == name)
        .unwrap_or_else(|| panic!("{name} is no code of Connect"));
    let mut failure = Failure {
        code: i64::try_from(code).unwrap(),
        message: content["message"].as_str().unwrap_or_default().to_owned(),
        details: Vec::new(),
        http_status: Some(answer.status().as_u16()),
        retry_after: None,
    };
    for detail in content["details"].as_array().into_iter().flatten() {
        let value = general_purpose::STANDARD_NO_PAD
            .decode(detail["value"].as_str().unwrap())
            .unwrap();
        failure.add_detail(detail["type"].as_str().unwrap(), &value);
    }
    failure.retry_after = failure.retry_after.or(retry_after(answer));
    assert_eq!(http_status(failure.code), answer.status().as_u16());
    failure.checked()
}

fn json_of(answer: &Response<Vec<u8>>) -> Value {
    let text = String::from_utf8_lossy(answer.body());
    let content_type = answer.headers().get("content-type");
    assert_eq!(
        content_type.map(|value| value.to_str().unwrap()),
        Some("application/json"),
        "{} {text}",
        answer.status()
    );
    serde_json::from_str(&text).unwrap_or_else(|fault| panic!("no JSON: {fault}: {text}"))
}

fn retry_after(answer: &Response<Vec<u8>>) -> Option<Duration> {
    let seconds = answer.headers().get("retry-after")?.to_str().unwrap();
    Some(Duration::from_secs(seconds.parse().unwrap()))
}

fn expect_content_type(answer: &Response<Vec<u8>>, expected: &str) {
    let text = String::from_utf8_lossy(answer.body());
    let content_type = answer.headers().get("content-type");
    assert_eq!(
        content_type.map(|value| value.to_str().unwrap()),
        Some(expected),
        "{} {text}",
        answer.status()
    );
}

fn with_content_type(headers: &Headers, content_type: &str) -> Headers {
    let mut all = vec![("content-type", content_type.to_owned())];
    all.extend(headers.iter().cloned());
    all
}
