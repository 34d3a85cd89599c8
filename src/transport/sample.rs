//! A message type with every kind of field, for the tests of JSON and parameters.

#![allow(clippy::unwrap_used)]

use prost_reflect::{DescriptorPool, MessageDescriptor};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

const SOURCE: &str = r#"
    syntax = "proto3";
    package sample;
    import "google/protobuf/timestamp.proto";
    import "google/protobuf/duration.proto";
    import "google/protobuf/struct.proto";

    enum State { STATE_UNSPECIFIED = 0; STATE_ACTIVE = 1; STATE_LOCKED = 2; }

    message Empty {}

    message Inner { uint64 offset = 1; uint32 limit = 2; bool asc = 3; Sample outer = 4; }

    message Sample {
      string user_name = 1;
      bool is_verified = 2;
      int64 big = 3;
      uint32 small = 4;
      bytes raw = 5;
      State state = 6;
      repeated State states = 7;
      repeated string names = 8;
      map<string, State> by_name = 9;
      Inner query = 10;
      google.protobuf.Timestamp at = 11;
      google.protobuf.Duration wait = 12;
      google.protobuf.Struct open = 13;
      optional string nick = 14;
      oneof choice { Empty send_code = 15; Empty return_code = 16; string text = 17; }
      repeated Inner inners = 18;
      double ratio = 19;
    }
"#;

struct Own;

impl FileResolver for Own {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match name {
            "sample.proto" => File::from_source(name, SOURCE),
            _ => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// The type `sample.Sample`.
pub fn descriptor() -> MessageDescriptor {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Own);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler
        .include_imports(true)
        .open_file("sample.proto")
        .unwrap();
    let pool = DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap();
    pool.get_message_by_name("sample.Sample").unwrap()
}
