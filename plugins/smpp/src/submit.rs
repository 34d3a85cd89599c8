//! Builds the requests: `bind_transceiver`, and one `submit_sm` for each part of a message.

use std::str::FromStr;

use belfry_plugin::Failure;
use rusmpp::{
    Pdu,
    pdus::{BindTransceiver, SubmitSm},
    tlvs::MessageSubmissionRequestTlvValue as Tlv,
    types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString},
    values::{
        DataCoding, EsmClass, InterfaceVersion, MessagePayload, Npi, RegisteredDelivery,
        ServiceType, Ton,
    },
};

use crate::{
    address::Address,
    config::{Concatenation, Config},
    text::Cut,
};

/// `esm_class` of a body that begins with a user data header.
const UDH_INDICATOR: u8 = 0x40;
/// The final receipt, whatever it says.
const FINAL_RECEIPT: u8 = 1;
/// The most that `short_message` takes.
const SHORT_MESSAGE: usize = 254;

/// What the parts of a message have in common.
pub struct Envelope<'a> {
    pub config: &'a Config,
    pub source: &'a Address,
    pub destination: &'a Address,
    pub cut: &'a Cut,
    /// The number that the parts share.
    pub reference: u16,
    /// Seconds until the text is useless.
    pub seconds_left: Option<u64>,
}

impl Envelope<'_> {
    /// The request for the part with that index.
    ///
    /// # Errors
    /// [`Failure::Internal`], for what [`Config::check`] and the addresses let through by mistake.
    pub fn part(&self, index: usize) -> Result<Pdu, Failure> {
        let body = self.cut.bodies.get(index).ok_or_else(misfit)?;
        let count = self.cut.bodies.len();
        let (number, total) = (index as u8 + 1, count as u8);
        let concatenation = (count > 1).then_some(self.config.concatenation);
        let (esm_class, octets) = match concatenation {
            Some(Concatenation::Udh) => {
                let mut octets = vec![5, 0, 3, self.reference as u8, total, number];
                octets.extend_from_slice(body);
                (UDH_INDICATOR, octets)
            }
            _ => (0, body.clone()),
        };
        let validity = self.seconds_left.map(relative_time).unwrap_or_default();
        let mut request = SubmitSm::builder()
            .service_type(ServiceType::new(text(&self.config.service_type)?))
            .source_addr_ton(Ton::from(self.source.ton))
            .source_addr_npi(Npi::from(self.source.npi))
            .source_addr(text(&self.source.text)?)
            .dest_addr_ton(Ton::from(self.destination.ton))
            .dest_addr_npi(Npi::from(self.destination.npi))
            .destination_addr(text(&self.destination.text)?)
            .esm_class(EsmClass::from(esm_class))
            .validity_period(EmptyOrFullCOctetString::from_str(&validity).map_err(|_| misfit())?)
            .registered_delivery(RegisteredDelivery::from(match self.config.receipts {
                true => FINAL_RECEIPT,
                false => 0,
            }))
            .data_coding(DataCoding::from(self.cut.data_coding))
            .build();
        if octets.len() > SHORT_MESSAGE {
            let payload = MessagePayload::new(AnyOctetString::from_vec(octets));
            request.push_tlv(Tlv::MessagePayload(payload));
        } else {
            request.set_short_message(OctetString::from_vec(octets).map_err(|_| misfit())?);
        }
        if concatenation == Some(Concatenation::Sar) {
            request.push_tlv(Tlv::SarMsgRefNum(self.reference));
            request.push_tlv(Tlv::SarTotalSegments(total));
            request.push_tlv(Tlv::SarSegmentSeqnum(number));
        }
        Ok(request.into())
    }
}

/// The request that opens a session.
///
/// # Errors
/// As [`Envelope::part`].
pub fn bind(config: &Config) -> Result<Pdu, Failure> {
    let request = BindTransceiver::builder()
        .system_id(text(&config.system_id)?)
        .password(text(&config.password)?)
        .system_type(text(&config.system_type)?)
        .interface_version(InterfaceVersion::Smpp3_4)
        .address_range(text(&config.address_range)?)
        .build();
    Ok(request.into())
}

fn text<const MIN: usize, const MAX: usize>(text: &str) -> Result<COctetString<MIN, MAX>, Failure> {
    COctetString::from_str(text).map_err(|_| misfit())
}

fn misfit() -> Failure {
    Failure::Internal("a field does not fit the protocol".into())
}

/// `YYMMDDhhmmss000R`: a time from now. More than 30 days serve nobody.
fn relative_time(seconds: u64) -> String {
    let seconds = seconds.min(30 * 24 * 60 * 60);
    let (minutes, second) = (seconds / 60, seconds % 60);
    let (hours, minute) = (minutes / 60, minutes % 60);
    let (day, hour) = (hours / 24, hours % 24);
    format!("0000{day:02}{hour:02}{minute:02}{second:02}000R")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_time_is_read_from_the_left() {
        assert_eq!(relative_time(300), "000000000500000R");
        assert_eq!(relative_time(1), "000000000001000R");
        assert_eq!(relative_time(90_061), "000001010101000R");
        assert_eq!(relative_time(u64::MAX), "000030000000000R");
    }
}
