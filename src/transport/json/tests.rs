//! What is read, what is refused, and how it is written: one table each.

#![allow(clippy::unwrap_used)]
use prost::Message as _;

use super::*;
use crate::transport::sample;

fn echo(text: impl AsRef<[u8]>) -> Result<String, String> {
    let descriptor = sample::descriptor();
    let message = decode(&descriptor, text.as_ref()).map_err(|error| error.message.into_owned())?;
    let text = encode(&descriptor, &message.encode_to_vec()).unwrap();
    Ok(String::from_utf8(text).unwrap())
}

#[test]
fn values_are_read_in_every_form_and_written_in_one() {
    for (text, expected) in [
        ("", "{}"),
        (" \n", "{}"),
        ("{}", "{}"),
        (r#"{"userName":"a"}"#, r#"{"userName":"a"}"#),
        (r#"{"user_name":"a"}"#, r#"{"userName":"a"}"#),
        (r#"{"userName":null,"query":null,"names":null}"#, "{}"),
        (r#"{"isVerified":false,"userName":"","small":0}"#, "{}"),
        (r#"{"big":"-5"}"#, r#"{"big":"-5"}"#),
        (
            r#"{"big":9007199254740993}"#,
            r#"{"big":"9007199254740993"}"#,
        ),
        (r#"{"small":1e2}"#, r#"{"small":100}"#),
        (
            r#"{"query":{"offset":18446744073709551615}}"#,
            r#"{"query":{"offset":"18446744073709551615"}}"#,
        ),
        (
            r#"{"query":{"offset":1e3}}"#,
            r#"{"query":{"offset":"1000"}}"#,
        ),
        (r#"{"raw":"-_8"}"#, r#"{"raw":"+/8="}"#),
        (r#"{"raw":"+/8="}"#, r#"{"raw":"+/8="}"#),
        (r#"{"state":"STATE_ACTIVE"}"#, r#"{"state":"STATE_ACTIVE"}"#),
        (r#"{"state":2}"#, r#"{"state":"STATE_LOCKED"}"#),
        (r#"{"state":2.0}"#, r#"{"state":"STATE_LOCKED"}"#),
        (r#"{"state":77}"#, r#"{"state":77}"#),
        (r#"{"state":"STATE_NEW"}"#, "{}"),
        (
            r#"{"states":["STATE_NEW",1]}"#,
            r#"{"states":["STATE_ACTIVE"]}"#,
        ),
        (
            r#"{"byName":{"a":"STATE_NEW","b":1}}"#,
            r#"{"byName":{"b":"STATE_ACTIVE"}}"#,
        ),
        (
            r#"{"query":{"offset":"7","who":[{}]}}"#,
            r#"{"query":{"offset":"7"}}"#,
        ),
        (
            r#"{"at":"2026-01-02T03:04:05+01:00"}"#,
            r#"{"at":"2026-01-02T02:04:05Z"}"#,
        ),
        (
            r#"{"at":"2026-01-02T03:04:05.120Z"}"#,
            r#"{"at":"2026-01-02T03:04:05.120Z"}"#,
        ),
        (r#"{"wait":"1.5s"}"#, r#"{"wait":"1.500s"}"#),
        (
            r#"{"open":{"a":[null,true]}}"#,
            r#"{"open":{"a":[null,true]}}"#,
        ),
        (r#"{"nick":""}"#, r#"{"nick":""}"#),
        (r#"{"sendCode":{}}"#, r#"{"sendCode":{}}"#),
        (r#"{"sendCode":null,"text":"a"}"#, r#"{"text":"a"}"#),
        (
            r#"{"unknown":{"a":{"a":1},"a":2},"unknown":"\u00e9"}"#,
            "{}",
        ),
        (
            r#"{"userName":"\ud83d\ude00\u0000"}"#,
            "{\"userName\":\"😀\\u0000\"}",
        ),
    ] {
        assert_eq!(echo(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not_this_message_is_refused() {
    for text in [
        "null",
        "[]",
        "1",
        "\"\"",
        "{",
        "{}x",
        "{}{}",
        "{,}",
        "{\"a\":1,}",
        "{'a':1}",
        "nul",
        "{\"userName\":\"a\" // comment\n}",
        r#"{"userName":1}"#,
        r#"{"userName":["a"]}"#,
        r#"{"userName":{}}"#,
        r#"{"isVerified":"true"}"#,
        r#"{"isVerified":1}"#,
        r#"{"small":-1}"#,
        r#"{"small":4294967296}"#,
        r#"{"small":1.5}"#,
        r#"{"small":true}"#,
        r#"{"small":1e999}"#,
        r#"{"small":01}"#,
        r#"{"query":{"offset":18446744073709551616}}"#,
        r#"{"query":{"offset":1e30}}"#,
        r#"{"query":{"offset":[1]}}"#,
        r#"{"query":{"offset":{}}}"#,
        r#"{"big":"x"}"#,
        r#"{"big":"9223372036854775808"}"#,
        r#"{"raw":"*"}"#,
        r#"{"state":true}"#,
        r#"{"state":1.5}"#,
        r#"{"state":2147483648.0}"#,
        r#"{"state":{}}"#,
        r#"{"state":[1]}"#,
        r#"{"states":1}"#,
        r#"{"states":"STATE_NEW"}"#,
        r#"{"names":[null]}"#,
        r#"{"names":[["a"]]}"#,
        r#"{"query":[]}"#,
        r#"{"query":"a"}"#,
        r#"{"byName":[]}"#,
        r#"{"byName":{"a":1,"a":1}}"#,
        r#"{"at":"yesterday"}"#,
        r#"{"at":{}}"#,
        r#"{"wait":"5"}"#,
        r#"{"sendCode":{},"returnCode":{}}"#,
        r#"{"sendCode":{},"text":""}"#,
        r#"{"userName":"a","userName":"a"}"#,
        r#"{"userName":"a","user_name":"a"}"#,
        r#"{"userName":null,"userName":"a"}"#,
        r#"{"query":{"limit":1,"limit":1}}"#,
    ] {
        let fault = echo(text).expect_err(text);
        assert!(fault.starts_with("malformed JSON: "), "{text}: {fault}");
    }
}

#[test]
fn bad_text_is_refused_inside_unknown_fields_too() {
    for field in ["userName", "unknown", "unknown\":{\"a\":[\"b\"],\"c"] {
        let close = if field.contains('{') { "}}" } else { "}" };
        for value in [
            &b"\xff"[..],
            b"\xed\xa0\x80",
            b"\n",
            b"\0",
            b"\\ud800",
            b"\\udc00x",
            b"\\x",
        ] {
            let mut text = format!("{{\"{field}\":\"").into_bytes();
            text.extend_from_slice(value);
            text.extend_from_slice(format!("\"{close}").as_bytes());
            assert!(echo(&text).is_err(), "{}", String::from_utf8_lossy(&text));
        }
    }
    assert!(echo("\u{feff}{}").is_err());
    assert!(echo("{\"\\ud800\":1}").is_err());
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [
        ("{\"a\":", "}"),
        ("[", "]"),
        ("{\"query\":{\"outer\":", "}}"),
    ] {
        for depth in [1_000, 100_000] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(echo(format!("{{\"unknown\":{text}}}")).is_err());
            assert!(echo(text).is_err());
            assert!(echo(open.repeat(depth)).is_err());
        }
    }
}

#[test]
fn a_fault_never_repeats_the_whole_body() {
    let text = format!("{{\"small\":\"{}\"}}", "é".repeat(100_000));
    assert!(echo(text).unwrap_err().len() <= LONGEST_FAULT);
}
