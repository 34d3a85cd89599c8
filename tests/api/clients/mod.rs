//! Independent clients for every encoding of the API, all with one interface: JSON in, JSON out.
//!
//! Nothing of the server's own transport is used. Each client also checks what its encoding demands
//! of every answer (status, content type, frames, trailers), so that a table of cases need not.

mod answer;
mod framing;
mod grpc;
mod http1;

use std::{net::SocketAddr, sync::LazyLock, time::Duration};

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use serde_json::Value;

pub use answer::{Answer, Failure, Kind};
pub use grpc::Grpc;

use crate::operations::Operation;

/// How a request and its answer look on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// JSON on the REST path, HTTP/1.1.
    Rest,
    /// A framed message on the REST path, HTTP/1.1, `application/grpc-web+proto`.
    RestGrpcWeb,
    /// A framed message on the REST path, HTTP/2, `application/grpc`.
    RestGrpc,
    /// Native gRPC over HTTP/2 with prior knowledge.
    Grpc,
    /// gRPC-Web, binary, HTTP/1.1.
    GrpcWeb,
    /// gRPC-Web as base64 text, HTTP/1.1.
    GrpcWebText,
    /// Connect with JSON, HTTP/1.1.
    ConnectJson,
    /// Connect with protobuf, HTTP/1.1.
    ConnectProto,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Rest,
        Self::RestGrpcWeb,
        Self::RestGrpc,
        Self::Grpc,
        Self::GrpcWeb,
        Self::GrpcWebText,
        Self::ConnectJson,
        Self::ConnectProto,
    ];

    /// The encodings that the contract offers for an operation.
    pub fn of(operation: &Operation) -> impl Iterator<Item = Self> {
        Self::offered(operation.has_body, operation.has_connect())
    }

    /// The encodings of an operation whose REST rule has a body or not, in a service with Connect or not.
    pub fn offered(has_body: bool, has_connect: bool) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |encoding| match encoding {
                Self::RestGrpcWeb | Self::RestGrpc => has_body,
                Self::ConnectJson | Self::ConnectProto => has_connect,
                _ => true,
            })
    }

    /// Whether parts of the request travel in the path, where they cannot be empty.
    pub fn uses_rest_path(self) -> bool {
        matches!(self, Self::Rest | Self::RestGrpcWeb | Self::RestGrpc)
    }
}

/// The headers of a call, names in lower case.
pub type Headers = Vec<(&'static str, String)>;

/// What can call every operation in every encoding.
pub struct Clients {
    address: SocketAddr,
    http1: ureq::Agent,
    grpc: Grpc,
}

impl Clients {
    /// Clients for the server at an address; connections are made when they are needed.
    pub fn new(address: SocketAddr) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self {
            address,
            http1: config.into(),
            grpc: Grpc::new(address),
        }
    }

    /// Calls an operation.
    pub fn call(
        &self,
        encoding: Encoding,
        operation: &Operation,
        request: &Value,
        headers: &Headers,
    ) -> Answer {
        match encoding {
            Encoding::Rest => http1::rest(self, operation, request, headers),
            Encoding::RestGrpcWeb => http1::rest_grpc_web(self, operation, request, headers),
            Encoding::RestGrpc => {
                let (path, rest) = http1::rest_target(operation, request);
                self.grpc
                    .call(operation.verb, &path, operation, &rest, headers)
            }
            Encoding::Grpc => {
                let path = operation.grpc_path();
                self.grpc.call("POST", &path, operation, request, headers)
            }
            Encoding::GrpcWeb => http1::grpc_web(self, operation, request, headers, false),
            Encoding::GrpcWebText => http1::grpc_web(self, operation, request, headers, true),
            Encoding::ConnectJson => http1::connect_json(self, operation, request, headers),
            Encoding::ConnectProto => http1::connect_proto(self, operation, request, headers),
        }
    }

    /// Sends anything over HTTP/1.1 and gives back the answer as it came.
    pub fn http(
        &self,
        verb: &str,
        target: &str,
        headers: &Headers,
        body: Option<Vec<u8>>,
    ) -> http::Response<Vec<u8>> {
        http1::send(self, verb, target, headers, body)
    }

    /// Sends anything over HTTP/2 and gives back the answer as it came.
    pub fn http2(
        &self,
        verb: &str,
        path: &str,
        headers: &Headers,
        body: Vec<u8>,
    ) -> Result<grpc::Raw, h2::Error> {
        self.grpc.send(verb, path, headers, body)
    }
}

/// The descriptors of the contract.
pub fn descriptors() -> &'static DescriptorPool {
    static POOL: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(belfry::contract::DESCRIPTOR_SET).unwrap());
    &POOL
}

fn method(operation: &Operation) -> MethodDescriptor {
    descriptors()
        .get_service_by_name(operation.service)
        .and_then(|service| service.methods().find(|m| m.name() == operation.rpc))
        .unwrap_or_else(|| panic!("the contract declares no {}", operation.grpc_path()))
}

/// The JSON names of the members that an operation's request has.
pub fn request_members(operation: &Operation) -> Vec<String> {
    let input = method(operation).input();
    input
        .fields()
        .map(|field| field.json_name().to_owned())
        .collect()
}

fn encode_request(operation: &Operation, request: &Value) -> Vec<u8> {
    let message = DynamicMessage::deserialize(method(operation).input(), request)
        .unwrap_or_else(|fault| panic!("{request} is no request of {}: {fault}", operation.rpc));
    message.encode_to_vec()
}

fn decode_response(operation: &Operation, message: &[u8]) -> Value {
    let message = DynamicMessage::decode(method(operation).output(), message)
        .unwrap_or_else(|fault| panic!("the answer of {} is malformed: {fault}", operation.rpc));
    serde_json::to_value(&message).unwrap()
}
