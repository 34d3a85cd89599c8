//! The header as a C and a C++ compiler see it, against its mirror in Rust.

use std::{fmt::Write, mem::offset_of, path::Path, process::Command};

use belfry_plugin::abi;

use crate::bed;

/// Lists each structure with its fields once: for C as text, for Rust as offsets.
macro_rules! structures {
    ($($c:literal => $rust:ty { $($field:ident),* })*) => {
        (
            [$( ($c, &[$( stringify!($field) ),*][..]) ),*],
            [$( (size_of::<$rust>(), vec![$( offset_of!($rust, $field) ),*]) ),*],
        )
    };
}

#[test]
fn every_size_and_offset_is_the_same_in_c_and_rust() {
    let (names, rust) = structures! {
        "belfry_str" => abi::Str { ptr, len }
        "belfry_result" => abi::Result {
            struct_size, status, retry_after_ms, segments, verdict, http_status, provider_id,
            provider_code, detail, price
        }
        "belfry_message" => abi::Message {
            struct_size, attempt, timeout_ms, reserved, message_id, to, sender, text, locale,
            template_name, metadata_json, receipt_url, expires_at_unix_ms
        }
        "belfry_check" => abi::Check {
            struct_size, timeout_ms, message_id, provider_id, to, code
        }
        "belfry_receipt" => abi::Receipt {
            struct_size, state, at_unix_ms, provider_id, provider_code
        }
        "belfry_receipts" => abi::Receipts { struct_size, item_size, capacity, count, items }
        "belfry_header" => abi::Header { name, value }
        "belfry_http_request" => abi::HttpRequest {
            struct_size, timeout_ms, method, url, headers, header_count, body
        }
        "belfry_http_response" => abi::HttpResponse {
            struct_size, status, may_have_left, retry_after_ms, body, body_capacity, body_len,
            content_type, error
        }
        "belfry_host" => abi::Host {
            magic, abi_major, abi_minor, struct_size, context, log, now_unix_ms, http
        }
        "belfry_plugin" => abi::Plugin {
            magic, abi_major, abi_minor, struct_size, describe, create, destroy, health, send,
            verify_start, verify_check, poll, webhook, extension
        }
    };
    let mut source =
        String::from("#include <stdio.h>\n#include \"belfry_plugin.h\"\nint main(void) {\n");
    let mut expected = String::new();
    for ((structure, fields), (size, offsets)) in names.iter().zip(&rust) {
        writeln!(
            source,
            "printf(\"{structure} %zu\\n\", sizeof({structure}));"
        )
        .unwrap();
        writeln!(expected, "{structure} {size}").unwrap();
        for (field, offset) in fields.iter().zip(offsets) {
            writeln!(
                source,
                "printf(\"{structure}.{field} %zu\\n\", offsetof({structure}, {field}));"
            )
            .unwrap();
            writeln!(expected, "{structure}.{field} {offset}").unwrap();
        }
    }
    for (constant, value) in [
        ("BELFRY_MAGIC", abi::MAGIC),
        ("BELFRY_ABI_MAJOR", abi::ABI_MAJOR),
        ("BELFRY_ABI_MINOR", abi::ABI_MINOR),
        ("BELFRY_OK", abi::status::OK.cast_unsigned()),
        (
            "BELFRY_INVALID_RECIPIENT",
            abi::status::INVALID_RECIPIENT.cast_unsigned(),
        ),
        ("BELFRY_REJECTED", abi::status::REJECTED.cast_unsigned()),
        (
            "BELFRY_UNSUPPORTED",
            abi::status::UNSUPPORTED.cast_unsigned(),
        ),
        ("BELFRY_THROTTLED", abi::status::THROTTLED.cast_unsigned()),
        (
            "BELFRY_UNAVAILABLE",
            abi::status::UNAVAILABLE.cast_unsigned(),
        ),
        (
            "BELFRY_OUTCOME_UNKNOWN",
            abi::status::OUTCOME_UNKNOWN.cast_unsigned(),
        ),
        (
            "BELFRY_UNAUTHORIZED",
            abi::status::UNAUTHORIZED.cast_unsigned(),
        ),
        (
            "BELFRY_MISCONFIGURED",
            abi::status::MISCONFIGURED.cast_unsigned(),
        ),
        ("BELFRY_INTERNAL", abi::status::INTERNAL.cast_unsigned()),
        ("BELFRY_APPROVED", abi::verdict::APPROVED.cast_unsigned()),
        ("BELFRY_EXHAUSTED", abi::verdict::EXHAUSTED.cast_unsigned()),
        (
            "BELFRY_RECEIPT_ACCEPTED",
            abi::receipt_state::ACCEPTED.cast_unsigned(),
        ),
        (
            "BELFRY_RECEIPT_EXPIRED",
            abi::receipt_state::EXPIRED.cast_unsigned(),
        ),
        ("BELFRY_LOG_ERROR", abi::log_level::ERROR.cast_unsigned()),
        ("BELFRY_LOG_DEBUG", abi::log_level::DEBUG.cast_unsigned()),
    ] {
        writeln!(
            source,
            "printf(\"{constant} %u\\n\", (unsigned){constant});"
        )
        .unwrap();
        writeln!(expected, "{constant} {value}").unwrap();
    }
    source.push_str("return 0; }\n");

    let folder = bed::folder("layout");
    let (file, program) = (folder.join("layout.c"), folder.join("layout"));
    std::fs::write(&file, source).unwrap();
    compile("cc", &["-std=c99", "-o"], &[&program, &file]);
    let output = Command::new(program).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn the_header_is_clean_cpp() {
    let folder = bed::folder("layout");
    let file = folder.join("header.cpp");
    let source = "#include \"belfry_plugin.h\"\nvoid use(belfry_result *r) { BELFRY_PUT(r->detail, \"x\"); }\n";
    std::fs::write(&file, source).unwrap();
    if Command::new("c++").arg("--version").output().is_err() {
        eprintln!("there is no C++ compiler here: the header was checked as C only");
        return;
    }
    let object = folder.join("header.o");
    compile("c++", &["-std=c++11", "-c", "-o"], &[&object, &file]);
}

fn compile(compiler: &str, flags: &[&str], files: &[&Path]) {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins/include");
    let output = Command::new(compiler)
        .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-I"])
        .arg(header)
        .args(flags)
        .args(files)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}
