//! Compiles the contract: every .proto below `src/contract/proto` becomes message types and one
//! descriptor set with options and comments. Needs no protoc.

#[path = "build/limits.rs"]
mod limits;

use std::{env, fs, path::PathBuf};

use prost::Message as _;

const ROOT: &str = "src/contract/proto";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    println!("cargo::rerun-if-changed=src/contract/build");
    let out = PathBuf::from(env::var("OUT_DIR")?);

    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(ROOT)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "proto")
            {
                files.push(path);
            }
        }
    }
    files.sort();

    let mut compiler = protox::Compiler::new([ROOT])?;
    fs::write(out.join("proto_files.rs"), proto_files(&files)?)?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(files)?;
    // Encoded by the compiler itself: the typed set would lose the options that are extensions.
    let encoded = compiler.encode_file_descriptor_set();
    fs::write(out.join("contract.binpb"), &encoded)?;

    let set = prost_types::FileDescriptorSet::decode(encoded.as_slice())?;
    let pool = prost_reflect::DescriptorPool::decode(encoded.as_slice())?;
    fs::write(out.join("limits.rs"), limits::implementations(&pool))?;
    prost_build::Config::new()
        .include_file("contract.rs")
        .compile_fds(set)?;
    Ok(())
}

/// The files themselves, as a list of their name and their text, for those who generate clients.
fn proto_files(files: &[PathBuf]) -> Result<String, Box<dyn std::error::Error>> {
    let mut list = String::from("&[");
    for file in files {
        let name = file.strip_prefix(ROOT)?;
        let path = env::current_dir()?.join(file);
        list.push_str(&format!("({name:?}, include_str!({path:?})),\n"));
    }
    list.push(']');
    Ok(list)
}
