//! Against the SMSC of the crate `smpp34` in this process: fields that other servers interpret, and
//! many messages at once.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, TcpListener},
    sync::{Arc, Mutex},
    time::Instant,
};

use async_trait::async_trait;
use belfry_plugin::{Failure, Provider, ReceiptState};
use serde_json::json;
use smpp34::{
    SmppConnectionInformation, SmppError, SmppServer, SmppServerListener, bind_transceiver,
    bind_transceiver_resp, server::ESME, submit_sm, submit_sm_resp,
};
use support::{message, provider, wait_for};
use tokio::runtime::{Builder, Runtime};

/// Takes the password `secret` and every message, and sends a receipt for each.
#[derive(Default)]
struct Smsc {
    esme: Mutex<Option<Arc<ESME>>>,
    submits: Mutex<Vec<submit_sm>>,
}

#[async_trait]
impl SmppServerListener for Smsc {
    async fn on_bind_transceiver(
        &self,
        bind: bind_transceiver,
        _: &SmppConnectionInformation,
        _: &String,
    ) -> bind_transceiver_resp {
        match bind.password == "secret" {
            true => bind.accept("SIM".to_owned(), Some(0x34)),
            false => bind.reject(SmppError::ESME_RINVPASWD),
        }
    }

    async fn on_esme_bound(&self, esme: ESME, _: &String) {
        *self.esme.lock().unwrap() = Some(Arc::new(esme));
    }

    async fn on_submit_sm(
        &self,
        submit: submit_sm,
        _: &SmppConnectionInformation,
        _: &String,
    ) -> submit_sm_resp {
        let id = {
            let mut submits = self.submits.lock().unwrap();
            submits.push(submit.clone());
            format!("{:08X}", submits.len())
        };
        let esme = self.esme.lock().unwrap().clone().unwrap();
        let (from, to) = (submit.destination_addr.clone(), submit.source_addr.clone());
        let text = format!("id:{id} sub:001 dlvrd:001 stat:DELIVRD err:000 text:").into_bytes();
        tokio::spawn(async move {
            let none = String::new;
            let sent = esme.send_deliver_sm(
                none(),
                1,
                1,
                from,
                5,
                0,
                to,
                4,
                0,
                0,
                none(),
                none(),
                0,
                0,
                0,
                0,
                text,
            );
            sent.await.unwrap();
        });
        submit.accept(id)
    }
}

/// The server, its listener and its port; it lives as long as its runtime.
fn server() -> (Runtime, Arc<Smsc>, u16) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let smsc = Arc::new(Smsc::default());
    let mut server = SmppServer::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port, smsc.clone());
    runtime.block_on(server.start());
    std::mem::forget(server);
    (runtime, smsc, port)
}

#[test]
fn every_field_of_a_request_is_as_the_standard_has_it() {
    let (_runtime, smsc, port) = server();
    let (smpp, _host) = provider(port, json!({}));
    assert_eq!(
        smpp.send(&message("a", "Code 1")).unwrap().provider_id,
        "00000001"
    );
    let submits = smsc.submits.lock().unwrap();
    let submit = &submits[0];
    assert_eq!(
        (
            submit.source_addr_ton,
            submit.source_addr_npi,
            submit.source_addr.as_str()
        ),
        (5, 0, "Belfry")
    );
    assert_eq!(
        (
            submit.dest_addr_ton,
            submit.dest_addr_npi,
            submit.destination_addr.as_str()
        ),
        (1, 1, "41791234567")
    );
    assert_eq!(
        (
            submit.service_type.as_str(),
            submit.esm_class,
            submit.protocol_id,
            submit.priority_flag
        ),
        ("", 0, 0, 0)
    );
    assert_eq!(
        (
            submit.schedule_delivery_time.as_str(),
            submit.validity_period.as_str()
        ),
        ("", "000000010000000R")
    );
    assert_eq!(
        (submit.registered_delivery, submit.replace_if_present_flag),
        (1, 0)
    );
    assert_eq!(
        (
            submit.data_coding,
            submit.sm_default_msg_id,
            submit.sm_length
        ),
        (0, 0, 6)
    );
    assert_eq!(
        (submit.short_message.as_slice(), submit.tlvs.len()),
        (b"Code 1".as_slice(), 0)
    );
    drop(submits);
    wait_for(&smpp, "00000001", ReceiptState::Delivered);
}

#[test]
fn a_wrong_password_is_refused() {
    let (_runtime, _smsc, port) = server();
    let (smpp, _host) = provider(port, json!({"password": "wrong"}));
    let failure = smpp.send(&message("a", "Code 1")).unwrap_err();
    assert!(matches!(failure, Failure::Unauthorized(_)), "{failure:?}");
}

#[test]
fn a_thousand_messages_of_many_threads_arrive_once_each() {
    let (_runtime, smsc, port) = server();
    let (smpp, _host) = provider(port, json!({"window": 50}));
    let begun = Instant::now();
    let ids: HashSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64)
            .map(|thread| {
                let smpp = &smpp;
                scope.spawn(move || {
                    let send = |number| {
                        let id = format!("{thread}-{number}");
                        smpp.send(&message(&id, &id)).unwrap().provider_id
                    };
                    (0..16).map(send).collect::<Vec<_>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    println!("{} messages in {:?}", ids.len(), begun.elapsed());
    assert_eq!(ids.len(), 1024);
    let submits = smsc.submits.lock().unwrap();
    let texts: HashSet<_> = submits
        .iter()
        .map(|submit| submit.short_message.clone())
        .collect();
    assert_eq!((submits.len(), texts.len()), (1024, 1024));
    drop(submits);
    for id in &ids {
        wait_for(&smpp, id, ReceiptState::Delivered);
    }
}
