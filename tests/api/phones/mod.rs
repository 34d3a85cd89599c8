//! Phones: shown, changed, removed, by management, by their owner (v1) and by anybody who may (v2).

pub mod update_human_phone;
