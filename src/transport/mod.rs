//! Bytes: one port that speaks HTTP/1.1 and HTTP/2, and the encodings REST, gRPC, gRPC-Web and Connect.
//!
//! `listener` accepts and tells the protocols apart; `app` (actix-web) answers everything but native
//! gRPC, which needs trailers and goes from `h2` to `grpc`. All encodings end in `pipeline::run`, which
//! takes message bytes and gives message bytes or an error; how either looks is decided in `status` and
//! by the encoding. Transport knows operations, permissions and the clock only through what `app` at
//! the crate's root hands it in [`Server`]; it never sees a command, a row or a provider.

mod answer;
mod app;
mod body;
mod codec;
mod connect;
mod connection;
mod content;
mod cors;
mod docs;
mod expiry;
mod frame;
mod frame_watch;
mod grpc;
mod grpc_web;
mod h1;
mod h2;
mod hooks;
mod json;
mod limits;
mod listener;
mod metadata;
mod oauth;
mod openapi;
mod parameters;
mod pipeline;
mod probe;
mod rest;
#[cfg(test)]
mod sample;
mod server;
mod services;
mod status;
mod stream;

pub use hooks::{Hook, Reader, Report};
pub use limits::Limits;
pub use listener::{Bound, bind};
pub use openapi::document as openapi_document;
pub use server::{NewCtx, Ready, Server, Surroundings};
pub use stream::{Events, StreamEvent};
