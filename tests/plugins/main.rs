//! Plugins from outside: the layout of the C interface, the shipped providers in both isolations, and
//! plugins that misbehave in every way that the design names.
//!
//! Children are the built `belfry`; bad plugins are built here from `bad.c` with the system's C
//! compiler. Nothing needs the network or another test.

#![allow(clippy::unwrap_used, missing_docs)]

mod authors;
mod bad;
mod bed;
mod checked;
mod checker;
mod example;
mod layout;
mod loading;
mod process;
mod refused;
mod shipped;
