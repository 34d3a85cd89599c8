//! The details that answers carry (contract/README §8).

use prost_types::Timestamp as WireTime;

use crate::{
    clock::Timestamp,
    contract::pb::zitadel::{object::v2::Details, v1::ObjectDetails},
    domain::Aggregate,
};

/// An instant on the wire.
pub(super) fn wire_time(instant: Timestamp) -> WireTime {
    let micros = instant.micros();
    // The remainder is below a million, so the nanoseconds fit.
    WireTime {
        seconds: micros.div_euclid(1_000_000),
        nanos: (micros.rem_euclid(1_000_000) * 1000) as i32,
    }
}

/// v1 reads and changes: all four members.
pub(super) fn full(object: &Aggregate) -> ObjectDetails {
    ObjectDetails {
        sequence: wire_sequence(object),
        creation_date: Some(wire_time(object.created_at)),
        change_date: Some(wire_time(object.changed_at)),
        resource_owner: object.owner_id.clone(),
    }
}

/// v1 creates: without the change date.
pub(super) fn created(object: &Aggregate) -> ObjectDetails {
    ObjectDetails {
        change_date: None,
        creation_date: Some(wire_time(object.changed_at)),
        ..full(object)
    }
}

/// v2 changes and creates: without the creation date.
pub(super) fn changed_v2(object: &Aggregate) -> Details {
    Details {
        creation_date: None,
        ..read_v2(object)
    }
}

/// v2 reads.
pub(super) fn read_v2(object: &Aggregate) -> Details {
    Details {
        sequence: wire_sequence(object),
        change_date: Some(wire_time(object.changed_at)),
        resource_owner: object.owner_id.clone(),
        creation_date: Some(wire_time(object.created_at)),
    }
}

fn wire_sequence(object: &Aggregate) -> u64 {
    u64::try_from(object.sequence).unwrap_or(0)
}
