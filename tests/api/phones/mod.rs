//! Phones: shown, changed and removed by management, by their owner (v1) and by whoever may (v2).

pub mod get_human_phone;
pub mod get_my_phone;
pub mod remove_human_phone;
pub mod remove_my_phone;
pub mod remove_phone;
pub mod set_my_phone;
pub mod set_phone;
pub mod set_phone_refused;
pub mod update_human_phone;
mod vectors;
