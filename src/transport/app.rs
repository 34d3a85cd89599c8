//! The actix-web application: everything but native gRPC, over HTTP/1.1 and, through `h2`, HTTP/2.
//!
//! It reads a request whole, lets the encoding answer it and writes that answer. Routing is the
//! contract's order (README §1): probes and documents, reports of SMS gateways, OAuth, gRPC-Web by content type, rpc paths for Connect, REST.
//! The only file that knows actix-web.

use std::{rc::Rc, sync::Arc, time::SystemTime};

use actix_http::Request as HttpRequestParts;
use actix_service::{IntoServiceFactory as _, Service, ServiceFactory as _};
use actix_web::{
    App, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{AppConfig, ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::{Next, from_fn},
    web,
};
use bytes::Bytes;

use super::{
    answer::{Answer, Request},
    body, connect,
    connection::Activity,
    content::{Content, is_rpc_path},
    cors, docs, grpc_web, hooks,
    metadata::Metadata,
    oauth, probe, rest,
    server::Server,
    status::Refusal,
    stream,
};

/// Builds the application of one worker.
///
/// # Errors
/// None that a configuration can cause; actix's own initialization has no failing part here.
pub async fn build(
    server: Arc<Server>,
) -> Result<
    Rc<
        impl Service<HttpRequestParts, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
    >,
    (),
> {
    let handler = move |request: HttpRequest, payload: web::Payload| {
        let server = server.clone();
        async move {
            if stream::is_path(request.uri().path()) {
                return listen(&server, &request);
            }
            let answer = handle(&server, &request, payload).await;
            if let (true, Some(activity)) = (answer.is_final(), activity(&request)) {
                activity.close_soon();
            }
            write(answer)
        }
    };
    let app = App::new()
        .wrap(cors::middleware())
        .wrap(from_fn(contract_form))
        .default_service(web::to(handler));
    let service = app.into_factory().new_service(AppConfig::default()).await?;
    Ok(Rc::new(service))
}

async fn handle(server: &Server, request: &HttpRequest, payload: web::Payload) -> Answer {
    let _underway = activity(request).map(Activity::begin);
    if head_size(request) > server.limits.headers as usize {
        return Answer::refused(&Refusal::headers_too_large());
    }
    let path = request.uri().path();
    if path.starts_with("/debug/") {
        return probe::serve(server, request.method().as_str(), path);
    }
    if docs::is_at(path) {
        return docs::serve(server, request.method().as_str(), path);
    }
    let body = if has_body(request) {
        body::read(server, payload).await
    } else {
        Ok(Bytes::new())
    };
    let header = |name: &str| text(request, name);
    let authority = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    let content_type = header("content-type").unwrap_or_default();
    let content_encoding = header("content-encoding");
    let connect_version = header("connect-protocol-version");
    let call = Request {
        verb: request.method().as_str(),
        path,
        query: request.uri().query(),
        content_type: &content_type,
        content_encoding: content_encoding.as_deref(),
        connect_version: connect_version.as_deref(),
        metadata: Metadata::read(&header, authority, server.external_origin.as_deref()),
        body,
    };
    if hooks::is_path(path) {
        return report(server, request, call).await;
    }
    if oauth::is_path(path) {
        return oauth::serve(server, call).await;
    }
    match Content::of(&content_type) {
        Content::GrpcWeb { codec, text } => grpc_web::serve(server, call, codec, text).await,
        Content::Grpc(_) => Answer::refused(&Refusal::unsupported_media_type()),
        Content::Plain(codec) if is_rpc_path(path) => {
            connect::serve(server, call, Some(codec)).await
        }
        Content::Other if is_rpc_path(path) => connect::serve(server, call, None).await,
        Content::Plain(_) | Content::Other => rest::serve(server, call).await,
    }
}

/// Events, as long as the client listens.
fn listen(server: &Arc<Server>, request: &HttpRequest) -> HttpResponse {
    // The connection is busy until the stream ends.
    let underway = activity(request).map(Activity::begin);
    let header = |name: &str| text(request, name);
    let authority = request.uri().authority();
    let metadata = Metadata::read(
        &header,
        authority.map(|authority| authority.as_str()),
        server.external_origin.as_deref(),
    );
    let last_event_id = header("last-event-id");
    let verb = request.method().as_str();
    let events = match stream::open(server, verb, metadata, last_event_id.as_deref()) {
        Ok(events) => events,
        Err(refused) => return write(refused),
    };
    let events = futures_util::StreamExt::inspect(events, move |_| {
        let _ = &underway;
    });
    HttpResponse::Ok()
        .insert_header(("content-type", stream::CONTENT_TYPE))
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(events)
}

/// A gateway's report.
async fn report(server: &Server, request: &HttpRequest, call: Request<'_>) -> Answer {
    let headers = request.headers().iter();
    let head = hooks::Head {
        method: call.verb,
        path: call.path,
        query: call.query,
        origin: call
            .metadata
            .map_or_else(|_| String::new(), |metadata| metadata.origin),
        headers: headers
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect(),
    };
    hooks::serve(server, head, call.body).await
}

/// What is known about the HTTP/1 connection a request came on; `None` over HTTP/2.
fn activity(request: &HttpRequest) -> Option<&Rc<Activity>> {
    request.conn_data()
}

/// Without either header an HTTP/1 request has no body; HTTP/2 needs neither.
fn has_body(request: &HttpRequest) -> bool {
    request.version() == actix_web::http::Version::HTTP_2
        || request.headers().contains_key("content-length")
        || request.headers().contains_key("transfer-encoding")
}

fn head_size(request: &HttpRequest) -> usize {
    let headers: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let uri = request.uri();
    headers + uri.path().len() + uri.query().map_or(0, str::len)
}

/// The first value of a header; bytes that are no text become replacement characters.
fn text(request: &HttpRequest, name: &str) -> Option<String> {
    let value = request.headers().get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn write(answer: Answer) -> HttpResponse {
    // Every status comes from a fixed list in `status`.
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response
        .insert_header(("content-type", answer.content_type.as_ref()))
        .insert_header(("cache-control", "no-store"))
        .insert_header(("pragma", "no-cache"))
        .insert_header(("expires", httpdate::fmt_http_date(SystemTime::now())));
    if answer.is_final() {
        response.force_close();
    }
    for (name, value) in answer.headers {
        response.insert_header((name, value));
    }
    response.body(answer.body)
}

/// Gives the refusals of middleware, such as a preflight for an unknown header, the contract's form.
async fn contract_form(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?;
    if response.response().error().is_none() {
        return Ok(response.map_into_boxed_body());
    }
    let (request, _) = response.into_parts();
    let answer = write(Answer::refused(&Refusal::bad_request()));
    Ok(ServiceResponse::new(request, answer))
}
