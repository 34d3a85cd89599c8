//! Native gRPC over HTTP/2 with prior knowledge, on the frame level of the `h2` crate.
//!
//! All calls of one [`Grpc`] share one connection, as real gRPC clients do; a closed connection is
//! made anew. The calls block; the connection is driven by one thread of its own.

use std::{net::SocketAddr, sync::LazyLock, time::Duration};

use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderMap, Request};
use serde_json::Value;
use tokio::{net::TcpStream, runtime::Handle, sync::Mutex, time::timeout};

use super::{Answer, Headers, decode_response, encode_request, framing};
use crate::operations::Operation;

/// A client for one server.
pub struct Grpc {
    address: SocketAddr,
    connection: Mutex<Option<SendRequest<Bytes>>>,
}

/// An HTTP/2 answer as it came.
pub struct Raw {
    /// The response headers.
    pub head: http::response::Parts,
    /// The body.
    pub body: Vec<u8>,
    /// The trailers, if any came.
    pub trailers: Option<HeaderMap>,
}

impl Grpc {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            connection: Mutex::new(None),
        }
    }

    /// Calls an operation with the content type `application/grpc`.
    pub fn call(
        &self,
        verb: &str,
        path: &str,
        operation: &Operation,
        request: &Value,
        headers: &Headers,
    ) -> Answer {
        let message = framing::frame(&encode_request(operation, request));
        let mut all = vec![
            ("content-type", "application/grpc".to_owned()),
            ("te", "trailers".to_owned()),
        ];
        all.extend(headers.iter().cloned());
        let raw = self
            .send(verb, path, &all, message)
            .unwrap_or_else(|fault| panic!("{path}: {fault}"));

        assert_eq!(raw.head.status, 200, "gRPC errors are told in trailers");
        let content_type = raw.head.headers["content-type"].to_str().unwrap();
        assert!(
            ["application/grpc", "application/grpc+proto"].contains(&content_type),
            "{content_type}"
        );
        // An error may come without a body, its trailers being the only headers.
        let trailers = raw.trailers.unwrap_or(raw.head.headers);
        let failure = framing::status(|name| trailers.get(name).map(|v| v.to_str().unwrap()));
        Answer(match failure {
            Some(failure) => Err(failure),
            None => match framing::frames(&raw.body).as_slice() {
                [(0, message)] => Ok(decode_response(operation, message)),
                frames => panic!("expected one message, got {frames:?}"),
            },
        })
    }

    /// Sends any HTTP/2 request.
    pub fn send(
        &self,
        verb: &str,
        path: &str,
        headers: &Headers,
        body: Vec<u8>,
    ) -> Result<Raw, h2::Error> {
        let mut request = Request::builder()
            .method(verb)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(()).unwrap();
        driver().block_on(async {
            timeout(Duration::from_secs(30), self.exchange(request, body.into()))
                .await
                .expect("an answer within 30 s")
        })
    }

    async fn exchange(&self, request: Request<()>, body: Bytes) -> Result<Raw, h2::Error> {
        let mut sender = self.sender().await;
        let (response, mut stream) = sender.send_request(request, false)?;
        stream.send_data(body, true)?;
        let (head, mut content) = response.await?.into_parts();
        let mut body = Vec::new();
        while let Some(chunk) = content.data().await {
            let chunk = chunk?;
            content.flow_control().release_capacity(chunk.len())?;
            body.extend_from_slice(&chunk);
        }
        let trailers = content.trailers().await?;
        Ok(Raw {
            head,
            body,
            trailers,
        })
    }

    async fn sender(&self) -> SendRequest<Bytes> {
        let mut connection = self.connection.lock().await;
        if let Some(sender) = connection.take()
            && let Ok(ready) = sender.ready().await
        {
            *connection = Some(ready.clone());
            return ready;
        }
        let stream = TcpStream::connect(self.address).await.expect("connect");
        stream.set_nodelay(true).expect("set TCP_NODELAY");
        let (sender, driven) = h2::client::handshake(stream).await.expect("handshake");
        tokio::spawn(driven);
        let ready = sender.ready().await.expect("a new connection is ready");
        *connection = Some(ready.clone());
        ready
    }
}

/// The runtime that drives all connections.
fn driver() -> &'static Handle {
    static DRIVER: LazyLock<Handle> = LazyLock::new(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let handle = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        handle
    });
    &DRIVER
}
