//! HTTP/2 with prior knowledge: hyper reads the frames, native gRPC goes to `grpc`, the rest to `app`.
//!
//! actix-http cannot send trailers, so gRPC never passes through it. Every other request becomes an
//! actix request on the same worker and its answer a hyper response. The only file that knows hyper,
//! and the only one where `http` 0.2 (actix) and `http` 1 (hyper) meet.

use std::{
    cell::RefCell, convert::Infallible, io, pin::Pin, rc::Rc, sync::Arc, task::Poll, time::Duration,
};

use actix_http::{Payload, Request as ActixRequest, error::PayloadError};
use actix_service::Service;
use actix_web::{
    HttpResponse,
    body::{BodySize, BoxBody, MessageBody as _},
    dev::ServiceResponse,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpStream, time::Instant};

use super::{
    answer::Request as Call,
    body,
    codec::Codec,
    connection::{Activity, Connection, Underway, Watch},
    content::Content,
    expiry::{Expired, Expiry},
    frame,
    frame_watch::FrameWatch,
    grpc,
    limits::Limits,
    metadata::Metadata,
    server::Server,
    status,
};

/// How long a connection without calls may take to go away after it was told to.
const GOING_AWAY: Duration = Duration::from_secs(2);

/// A peer that does not answer a ping this long is gone.
const PING: Duration = Duration::from_secs(60);

type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// Drives a connection until it ends, its time is over or `stop` resolves.
pub async fn drive<A>(
    stream: TcpStream,
    server: Arc<Server>,
    app: Rc<A>,
    stop: impl Future<Output = ()>,
) where
    A: Service<ActixRequest, Response = ServiceResponse, Error = actix_web::Error> + 'static,
{
    let activity = Activity::new();
    let watch = Watch::Http2(FrameWatch::new());
    let connection = Connection::new(Rc::new(stream), activity.clone(), watch);
    let peer = connection.peer();
    let service = service_fn({
        let (server, activity) = (server.clone(), activity.clone());
        move |request| {
            let (server, app, underway) = (server.clone(), app.clone(), activity.begin());
            let activity = activity.clone();
            async move {
                let response = respond(&server, &*app, request, peer, &activity).await;
                drop(underway);
                Ok::<_, Infallible>(response)
            }
        }
    });
    let mut http2 =
        std::pin::pin!(builder(&server.limits).serve_connection(TokioIo::new(connection), service));
    let mut expiry = Expiry::new(activity.clone(), &server.limits, Duration::from_secs(1));
    let mut stop = std::pin::pin!(stop);
    let mut going_away = false;
    loop {
        tokio::select! {
            biased;
            // A peer's fault ends its connection and is nobody else's business.
            _ = http2.as_mut() => return,
            () = stop.as_mut(), if !going_away => {}
            expired = &mut expiry => if expired != Expired::Idle { return },
        }
        going_away = true;
        let time_left = match activity.is_busy() {
            true => server.limits.drain,
            false => GOING_AWAY,
        };
        activity.close_by.set(Some(Instant::now() + time_left));
        http2.as_mut().graceful_shutdown();
    }
}

fn builder(limits: &Limits) -> http2::Builder<LocalExecutor> {
    let mut builder = http2::Builder::new(LocalExecutor);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        // Twice the limit, so that the application can refuse with a body what is a little too large.
        .max_header_list_size(limits.headers.saturating_mul(2))
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100)
        .initial_stream_window_size(64 << 10)
        .initial_connection_window_size(1 << 20)
        .max_send_buf_size(64 << 10)
        .keep_alive_interval(PING)
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// Runs the tasks of a connection on the worker it was accepted on.
#[derive(Clone, Copy)]
struct LocalExecutor;

impl<F: Future + 'static> hyper::rt::Executor<F> for LocalExecutor {
    fn execute(&self, task: F) {
        actix_rt::spawn(async move {
            task.await;
        });
    }
}

async fn respond<A>(
    server: &Server,
    app: &A,
    request: Request<Incoming>,
    peer: Option<std::net::SocketAddr>,
    activity: &Rc<Activity>,
) -> Response<Body>
where
    A: Service<ActixRequest, Response = ServiceResponse, Error = actix_web::Error>,
{
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content = Content::of(
        content_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default(),
    );
    let Content::Grpc(codec) = content else {
        return from_app(app, request, peer, activity).await;
    };
    match server.services.find(request.uri().path()) {
        Some(serve) => serve(request)
            .await
            .map(|body| body.map_err(Into::into).boxed_unsync()),
        None => from_grpc(server, request, codec).await,
    }
}

/// One unary gRPC call. The status is in the trailers, or in the headers if there is no message.
async fn from_grpc(server: &Server, request: Request<Incoming>, codec: Codec) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = Shared::new(body);
    let header = |name: &str| text(&head.headers, name);
    let content_type = head.headers.get(header::CONTENT_TYPE).cloned();
    let call = Call {
        verb: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query(),
        content_type: "",
        content_encoding: None,
        connect_version: None,
        metadata: Metadata::read(
            &header,
            head.uri.authority().map(|authority| authority.as_str()),
            server.external_origin.as_deref(),
        ),
        body: body::read(server, body.chunks()).await,
    };
    let result = grpc::unary(server, call, codec).await;
    body.drain().await;

    let mut trailers = HeaderMap::new();
    for (name, value) in status::grpc_trailers(result.as_ref().err()) {
        // Percent-encoded or base64: always a valid header value.
        if let Ok(value) = HeaderValue::try_from(value) {
            trailers.insert(HeaderName::from_static(name), value);
        }
    }
    let mut response = match result {
        Ok(message) => {
            let mut framed = Vec::with_capacity(message.len() + 5);
            frame::write(&mut framed, 0, &message);
            let trailers = std::future::ready(Some(Ok::<_, Infallible>(trailers)));
            Response::new(boxed(Full::from(framed).with_trailers(trailers)))
        }
        Err(_) => {
            let mut response = Response::new(boxed(Full::default()));
            response.headers_mut().extend(trailers);
            response
        }
    };
    if let Some(content_type) = content_type {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
    }
    response
}

/// Lets the application answer.
async fn from_app<A>(
    app: &A,
    request: Request<Incoming>,
    peer: Option<std::net::SocketAddr>,
    activity: &Rc<Activity>,
) -> Response<Body>
where
    A: Service<ActixRequest, Response = ServiceResponse, Error = actix_web::Error>,
{
    let (head, body) = request.into_parts();
    let is_head = head.method == http::Method::HEAD;
    let body = Shared::new(body);
    let Some(request) = to_actix(&head, peer, &body) else {
        return empty(400);
    };
    let response = match app.call(request).await {
        Ok(response) => response.into_parts().1,
        Err(fault) => fault.error_response(),
    };
    body.drain().await;

    let (response, content) = response.into_parts();
    if !matches!(content.size(), BodySize::Sized(_) | BodySize::None) {
        return endless(&response, content, activity.begin());
    }
    let content = actix_http::body::to_bytes(content)
        .await
        .unwrap_or_default();
    let mut answer = head_of(&response);
    answer
        .headers_mut()
        .insert(header::CONTENT_LENGTH, content.len().into());
    if !is_head {
        *answer.body_mut() = boxed(Full::from(content));
    }
    answer
}

/// An answer whose body comes piece by piece: actix's stays on this thread, hyper's is a channel.
fn endless(
    response: &HttpResponse<()>,
    mut content: BoxBody,
    underway: Underway,
) -> Response<Body> {
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Bytes>(1);
    actix_rt::spawn(async move {
        // Until the stream ends the connection is not idle.
        let _underway = underway;
        loop {
            let next = std::future::poll_fn(|cx| Pin::new(&mut content).poll_next(cx));
            let chunk = tokio::select! {
                chunk = next => chunk,
                () = sender.closed() => None,
            };
            let Some(Ok(chunk)) = chunk else { return };
            if sender.send(chunk).await.is_err() {
                return;
            }
        }
    });
    let chunks = stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let frames = chunks.map(|chunk| Ok::<_, Infallible>(http_body::Frame::data(chunk)));
    let mut answer = head_of(response);
    *answer.body_mut() = boxed(http_body_util::StreamBody::new(frames));
    answer
}

/// The status and the headers of an answer of the application.
fn head_of<B>(response: &HttpResponse<B>) -> Response<Body> {
    let mut answer = empty(response.status().as_u16());
    for (name, value) in response.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}

/// The same request in actix's types; `None` if those cannot hold it.
fn to_actix(
    head: &http::request::Parts,
    peer: Option<std::net::SocketAddr>,
    body: &Shared,
) -> Option<ActixRequest> {
    let chunks = body.chunks().map(|chunk| chunk.map_err(PayloadError::Io));
    let payload: actix_http::BoxedPayloadStream = Box::pin(chunks);
    let mut request = ActixRequest::with_payload(Payload::from(payload));
    let actix = request.head_mut();
    actix.peer_addr = peer;
    actix.version = actix_web::http::Version::HTTP_2;
    actix.method = head.method.as_str().parse().ok()?;
    actix.uri = head.uri.to_string().parse().ok()?;
    for (name, value) in &head.headers {
        let name = actix_web::http::header::HeaderName::from_bytes(name.as_str().as_bytes());
        let value = actix_web::http::header::HeaderValue::from_bytes(value.as_bytes());
        actix.headers.append(name.ok()?, value.ok()?);
    }
    Some(request)
}

/// A request body that can still be drained after its reader has dropped it.
#[derive(Clone)]
struct Shared(Rc<RefCell<Incoming>>);

impl Shared {
    fn new(body: Incoming) -> Self {
        Self(Rc::new(RefCell::new(body)))
    }

    fn chunks(&self) -> impl Stream<Item = io::Result<Bytes>> + use<> {
        let body = self.0.clone();
        stream::poll_fn(move |cx| {
            loop {
                let frame = Pin::new(&mut *body.borrow_mut()).poll_frame(cx);
                match std::task::ready!(frame) {
                    // Trailers of a request say nothing here.
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(data) => return Poll::Ready(Some(Ok(data))),
                        Err(_trailers) => {}
                    },
                    Some(Err(fault)) => return Poll::Ready(Some(Err(io::Error::other(fault)))),
                    None => return Poll::Ready(None),
                }
            }
        })
    }

    async fn drain(&self) {
        if !self.0.borrow().is_end_stream() {
            body::drain(self.chunks()).await;
        }
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn empty(status: u16) -> Response<Body> {
    let mut response = Response::new(boxed(Full::default()));
    if let Ok(status) = http::StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
}

fn boxed(body: impl http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static) -> Body {
    body.map_err(|never| match never {}).boxed_unsync()
}
