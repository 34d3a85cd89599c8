//! Receipts in every disguise, and messages that come again.

#![allow(clippy::unwrap_used)]

use super::*;

const NOW: i64 = 1_700_000_000_000;
const TO: &str = "41791234567";

fn ledger(receipt_ids: ReceiptIds) -> Ledger {
    Ledger::new(receipt_ids, 0)
}

fn key(message: &str, index: usize) -> PartKey {
    PartKey {
        message: message.to_owned(),
        index,
    }
}

fn receipt(id: &str, state: State) -> Receipt {
    Receipt {
        id: id.to_owned(),
        state,
        code: format!("{state:?}"),
        addresses: [TO.to_owned(), "Belfry".to_owned()],
    }
}

/// The state of a message whose answer had one id and whose receipt has another.
fn matched(receipt_ids: ReceiptIds, answered: &str, receipted: &str) -> Option<State> {
    let mut ledger = ledger(receipt_ids);
    ledger.begin("m", 1, 1, TO);
    ledger.accepted(&key("m", 0), answered, NOW);
    ledger.receipt(receipt(receipted, State::Delivered), NOW);
    ledger.news(answered, NOW).map(|news| news.state)
}

#[test]
fn a_receipt_finds_its_message_whatever_the_notation_of_the_id() {
    let delivered = Some(State::Delivered);
    for (answered, receipted) in [
        ("7f3a-b2", "7f3a-b2"),
        ("7F3AB2", "7f3ab2"),
        ("7f3ab2", "007F3AB2"),
        ("0000000000000042", "42"),
        ("0", "000"),
        // Hexadecimal in the answer, decimal in the receipt, and the other way round.
        ("3ADE68B1", "987654321"),
        ("987654321", "3ade68b1"),
        ("0987654321", "003ADE68B1"),
    ] {
        assert_eq!(
            matched(ReceiptIds::Auto, answered, receipted),
            delivered,
            "{answered} {receipted}"
        );
    }
    assert_eq!(
        matched(ReceiptIds::Decimal, "3ADE68B1", "987654321"),
        delivered
    );
    assert_eq!(matched(ReceiptIds::Hex, "987654321", "3ADE68B1"), delivered);
    assert_eq!(matched(ReceiptIds::Same, "3ADE68B1", "987654321"), None);
    assert_eq!(matched(ReceiptIds::Decimal, "3ADE68B1", "3ADE68B1"), None);
}

#[test]
fn another_notation_counts_for_the_same_recipient_only() {
    let mut ledger = ledger(ReceiptIds::Auto);
    ledger.begin("m", 1, 1, "41790000000");
    ledger.accepted(&key("m", 0), "3ADE68B1", NOW);
    ledger.receipt(receipt("987654321", State::Delivered), NOW);
    assert_eq!(ledger.news("3ADE68B1", NOW), None);
}

#[test]
fn a_receipt_may_come_before_the_answer() {
    let mut ledger = ledger(ReceiptIds::Auto);
    ledger.begin("m", 1, 1, TO);
    ledger.receipt(receipt("A1", State::Delivered), NOW);
    ledger.accepted(&key("m", 0), "a1", NOW + 5);
    assert_eq!(ledger.news("a1", NOW + 9).unwrap().at_unix_ms, NOW);
    // But not by an hour.
    ledger.begin("n", 1, 1, TO);
    ledger.receipt(receipt("B2", State::Delivered), NOW);
    ledger.accepted(&key("n", 0), "b2", NOW + UNCLAIMED_MS);
    assert_eq!(ledger.news("b2", NOW + UNCLAIMED_MS), None);
}

#[test]
fn all_parts_make_a_delivered_message_and_one_lost_part_a_lost_one() {
    let mut ledger = ledger(ReceiptIds::Auto);
    ledger.begin("m", 1, 3, TO);
    for (index, id) in ["p1", "p2", "p3"].into_iter().enumerate() {
        assert_eq!(ledger.given_id("m"), None);
        ledger.accepted(&key("m", index), id, NOW);
    }
    let given = ledger.given_id("m").unwrap();
    assert_eq!(given, "p1,p2,p3");
    let mut after = |id: &str, state: State| {
        ledger.receipt(receipt(id, state), NOW);
        ledger.news(&given, NOW).unwrap().state
    };
    assert_eq!(after("p2", State::Accepted), State::Accepted);
    assert_eq!(after("p2", State::Delivered), State::Sent);
    assert_eq!(after("p1", State::Delivered), State::Sent);
    // What is final stays.
    assert_eq!(after("p1", State::Sent), State::Sent);
    assert_eq!(after("p3", State::Delivered), State::Delivered);
    assert_eq!(after("p3", State::Undelivered), State::Delivered);

    ledger.begin("n", 1, 2, TO);
    ledger.accepted(&key("n", 0), "q1", NOW);
    ledger.accepted(&key("n", 1), "q2", NOW);
    ledger.receipt(receipt("q1", State::Delivered), NOW);
    ledger.receipt(receipt("q2", State::Undelivered), NOW);
    let news = ledger.news("q1,q2", NOW).unwrap();
    assert_eq!(
        (news.state, news.code.as_str()),
        (State::Undelivered, "Undelivered")
    );
}

#[test]
fn a_message_that_comes_again_goes_on_where_it_stopped() {
    let mut ledger = ledger(ReceiptIds::Auto);
    let plan = ledger.begin("m", 1, 2, TO);
    assert_eq!(
        plan,
        Plan {
            reference: 1,
            missing: vec![0, 1]
        }
    );
    ledger.accepted(&key("m", 0), "p1", NOW);
    assert_eq!(
        ledger.begin("m", 1, 2, TO),
        Plan {
            reference: 1,
            missing: vec![1]
        }
    );
    ledger.accepted(&key("m", 1), "p2", NOW);
    assert_eq!(ledger.begin("m", 1, 2, TO).missing, Vec::<usize>::new());
    // Another text, or one that did not arrive, is sent whole.
    assert_eq!(
        ledger.begin("m", 2, 2, TO),
        Plan {
            reference: 2,
            missing: vec![0, 1]
        }
    );
    ledger.accepted(&key("m", 0), "p3", NOW);
    ledger.receipt(receipt("p3", State::Expired), NOW);
    assert_eq!(
        ledger.begin("m", 2, 2, TO),
        Plan {
            reference: 3,
            missing: vec![0, 1]
        }
    );
    assert_eq!(ledger.order, ["m"]);
}

#[test]
fn receipts_of_messages_of_an_earlier_process_are_handed_out() {
    let mut ledger = ledger(ReceiptIds::Auto);
    ledger.receipt(receipt("P1", State::Delivered), NOW);
    assert_eq!(ledger.news("p1", NOW).unwrap().state, State::Delivered);
    assert_eq!(ledger.news("p1,p2", NOW).unwrap().state, State::Sent);
    ledger.receipt(receipt("P2", State::Delivered), NOW);
    assert_eq!(ledger.news("p1,p2", NOW).unwrap().state, State::Delivered);
    assert_eq!(ledger.news("p3", NOW), None);
}

#[test]
fn memory_is_bounded() {
    let mut ledger = ledger(ReceiptIds::Auto);
    for number in 0..MOST_MESSAGES + 10 {
        let message = format!("m{number}");
        ledger.begin(&message, 1, 1, TO);
        ledger.accepted(&key(&message, 0), &format!("p{number}"), NOW);
    }
    for number in 0..MOST_UNCLAIMED + 10 {
        ledger.receipt(receipt(&format!("x{number}"), State::Delivered), NOW);
    }
    let sizes = [
        ledger.messages.len(),
        ledger.order.len(),
        ledger.parts.len(),
        ledger.given.len(),
    ];
    assert_eq!(sizes, [MOST_MESSAGES; 4]);
    assert_eq!(ledger.unclaimed.len(), MOST_UNCLAIMED);
    ledger.receipt(receipt("p0", State::Delivered), NOW);
    assert_eq!(ledger.news("p15", NOW), None);
}

#[test]
fn ids_that_are_too_long_together_are_told_by_the_first() {
    let mut ledger = ledger(ReceiptIds::Auto);
    ledger.begin("m", 1, 2, TO);
    let ids = ["a".repeat(64), "b".repeat(64)];
    for (index, id) in ids.iter().enumerate() {
        ledger.accepted(&key("m", index), id, NOW);
        ledger.receipt(receipt(id, State::Delivered), NOW);
    }
    assert_eq!(ledger.given_id("m").unwrap(), ids[0]);
    assert_eq!(ledger.news(&ids[0], NOW).unwrap().state, State::Delivered);
}
