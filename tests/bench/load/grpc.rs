//! The same phone change as native gRPC: HTTP/2 connections with one call under way on each.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use bytes::Bytes;
use h2::{RecvStream, client::SendRequest};
use http::Request;
use tokio::net::TcpStream;

use super::http::{Measured, side_by_side};

const METHOD: &str = "/zitadel.management.v1.ManagementService/UpdateHumanPhone";

/// Calls `UpdateHumanPhone` with what `message` makes over `connections` connections for some time.
pub fn run(
    address: SocketAddr,
    connections: usize,
    length: Duration,
    token: &str,
    message: &dyn Fn() -> Bytes,
) -> Measured {
    let end = Instant::now() + length;
    side_by_side(connections, async || {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        let calls = async {
            let mut measured = Measured::default();
            let mut sender = sender;
            while Instant::now() < end {
                let request = Request::post(format!("http://{address}{METHOD}"))
                    .header("content-type", "application/grpc")
                    .header("te", "trailers")
                    .header("authorization", format!("Bearer {token}"));
                let start = Instant::now();
                let is_good = call(&mut sender, request.body(()).unwrap(), message()).await;
                measured.add(is_good, start.elapsed());
            }
            measured
        };
        tokio::select! {
            measured = calls => measured,
            ended = connection => panic!("a connection ended: {ended:?}"),
        }
    })
}

async fn call(sender: &mut SendRequest<Bytes>, request: Request<()>, message: Bytes) -> bool {
    let mut ready = sender.clone().ready().await.unwrap();
    let (response, mut body) = ready.send_request(request, false).unwrap();
    let mut frame = vec![0];
    frame.extend_from_slice(&(message.len() as u32).to_be_bytes());
    frame.extend_from_slice(&message);
    body.send_data(frame.into(), true).unwrap();
    status(response.await.unwrap().into_body()).await.as_deref() == Some("0")
}

/// The `grpc-status` of the trailers.
async fn status(mut body: RecvStream) -> Option<String> {
    while let Some(chunk) = body.data().await {
        let length = chunk.unwrap().len();
        body.flow_control().release_capacity(length).unwrap();
    }
    let trailers = body.trailers().await.unwrap()?;
    Some(trailers.get("grpc-status")?.to_str().ok()?.to_owned())
}
