//! `[phone]`: how numbers are read, and the numbers that tests use.

use std::{collections::HashSet, net::IpAddr};

use anyhow::{anyhow, bail, ensure};
use serde::Deserialize;
use validator::Validate;

use super::tree::Server;
use crate::domain::{PhoneNumber, Region};

/// `[phone]`
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Phone {
    /// ISO 3166-1 alpha-2.
    pub default_region: String,
    /// Whether a server that others reach may have test numbers.
    pub allow_test_numbers_in_production: bool,
    /// Numbers that nothing is ever sent to.
    #[validate(nested)]
    pub test_numbers: Vec<TestNumber>,
}

/// `[[phone.test_numbers]]`
#[derive(Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct TestNumber {
    /// With "+" and calling code.
    pub number: String,
    /// Its code, always the same.
    #[validate(length(min = 1, max = 20))]
    pub code: String,
}

/// Neither of both.
impl std::fmt::Debug for TestNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestNumber(…)")
    }
}

impl Default for Phone {
    fn default() -> Self {
        Self {
            default_region: "CH".to_owned(),
            allow_test_numbers_in_production: false,
            test_numbers: Vec::new(),
        }
    }
}

impl TestNumber {
    /// The number as the database has it.
    ///
    /// # Errors
    /// If it does not parse.
    pub fn normalized(&self, region: Region) -> anyhow::Result<PhoneNumber> {
        PhoneNumber::parse(&self.number, region)
            .map_err(|_| anyhow!("phone.test_numbers: {:?} is no phone number", self.number))
    }
}

impl Phone {
    /// Checks what no single value shows.
    ///
    /// # Errors
    /// The first fault, with the name of its key.
    pub(super) fn check(&self, server: &Server) -> anyhow::Result<()> {
        let region = match self.default_region.parse::<Region>() {
            Ok(region) => region,
            Err(reason) => bail!("phone.default_region: {:?} {reason}", self.default_region),
        };
        let mut seen = HashSet::new();
        for test in &self.test_numbers {
            ensure!(
                seen.insert(test.normalized(region)?),
                "phone.test_numbers: {:?} is given twice",
                test.number
            );
        }
        if self.test_numbers.is_empty() || self.allow_test_numbers_in_production {
            return Ok(());
        }
        if let Some(reason) = reached_by_others(server) {
            bail!(
                "phone.test_numbers: {reason}, so this may be production, where anybody could take a test number \
                 and its code; remove the test numbers, or set phone.allow_test_numbers_in_production = true"
            );
        }
        Ok(())
    }
}

/// Why others than this machine may reach the server, if they may.
fn reached_by_others(server: &Server) -> Option<String> {
    if let Some(url) = server.external_url.as_deref().filter(|url| !is_local(url)) {
        return Some(format!("server.external_url is {url}"));
    }
    let address = server.listen.ip();
    (!address.is_loopback()).then(|| format!("server.listen is {}", server.listen))
}

/// Whether an origin is on this machine.
fn is_local(url: &str) -> bool {
    let authority = url
        .split_once("://")
        .map_or(url, |(_, authority)| authority);
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let host = host.to_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
