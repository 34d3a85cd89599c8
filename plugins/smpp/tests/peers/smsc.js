// An SMSC on the npm package `smpp`: tells what it gets as lines of JSON, and behaves as PEER says.
//
// PEER is JSON: port; key, cert (TLS); delay_ms before each answer; throttle: refuse that many
// submit_sm first; throttle_at: refuse the submit_sm with that number; cut_at: hang up instead of
// answering that one; mute_enquire_link; single session; statuses: by recipient; receipts: states of the messages in
// order (the last one stays), ids: plain | hex | decimal, early: before the answer, tlv: no text.
const fs = require('fs');
const smpp = require('smpp');

const peer = JSON.parse(process.env.PEER || '{}');
const BINDS = {secret: 0, badpass: smpp.ESME_RINVPASWD, badid: smpp.ESME_RINVSYSID, twice: smpp.ESME_RALYBND,
  busy: smpp.ESME_RSYSERR, vendors: 0x401};
let submits = 0, open = 0, most = 0;

function tell(event, fields) {
  console.log(JSON.stringify({event, ...fields}));
}

function receipt(session, pdu, n, id) {
  const states = peer.receipts, state = states[Math.min(n, states.length) - 1];
  const number = {DELIVRD: 2, EXPIRED: 3, UNDELIV: 5, ENROUTE: 1}[state];
  const named = {hex: v => (+v).toString(16).toUpperCase(), decimal: v => '00' + parseInt(v, 16)}[peer.ids] || (v => v);
  const text = `id:${named(id)} sub:001 dlvrd:001 submit date:260101000059 done date:260101000101 stat:${state} err:000 text:`;
  const fields = {source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4};
  session.deliver_sm(
    peer.tlv ? {...fields, receipted_message_id: id, message_state: number} : {...fields, short_message: text},
    answer => tell('deliver_sm_resp', {status: answer.command_status}));
}

const options = peer.key ? {key: fs.readFileSync(peer.key), cert: fs.readFileSync(peer.cert)} : {};
const server = smpp.createServer(options, session => {
  session.on('error', () => {});
  session.on('close', () => tell('closed'));
  session.on('bind_transceiver', pdu => {
    const taken = peer.single && server.sessions.some(other => other.bound);
    const status = taken ? smpp.ESME_RALYBND : BINDS[pdu.password] ?? smpp.ESME_RBINDFAIL;
    session.bound = !status;
    tell('bind', {status, system_id: pdu.system_id, version: pdu.interface_version, type: pdu.system_type});
    session.send(pdu.response({command_status: status, system_id: 'SIM'}));
    if (status) session.close();
  });
  session.on('enquire_link', pdu => {
    tell('enquire_link');
    if (!peer.mute_enquire_link) session.send(pdu.response());
  });
  session.on('unbind', pdu => { tell('unbind'); session.send(pdu.response()); session.close(); });
  session.on('submit_sm', pdu => {
    const n = ++submits;
    most = Math.max(most, ++open);
    const body = pdu.short_message.message.length ? pdu.short_message : pdu.message_payload || pdu.short_message;
    tell('submit_sm', {n, most, text: String(body.message), payload: !!pdu.message_payload,
      udh: (body.udh || []).map(part => Buffer.from(part).toString('hex')),
      to: [pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr],
      from: [pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr],
      esm_class: pdu.esm_class, data_coding: pdu.data_coding, registered: pdu.registered_delivery,
      validity: pdu.validity_period && Math.round((pdu.validity_period - Date.now()) / 60000), service: pdu.service_type,
      sar: [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum]});
    if (n === peer.cut_at) { session.socket.destroy(); return; }
    const slow = n <= (peer.throttle || 0) || n === peer.throttle_at;
    const status = slow ? smpp.ESME_RTHROTTLED : (peer.statuses || {})[pdu.destination_addr] || 0;
    const id = peer.ids === 'decimal' ? (0xabc000 + n).toString(16) : peer.ids === 'hex' ? String(98765430 + n) : 'm' + n;
    const reports = !status && peer.receipts && pdu.registered_delivery & 1;
    if (reports && peer.early) receipt(session, pdu, n, id);
    setTimeout(() => {
      open--;
      session.send(pdu.response({command_status: status, message_id: status ? '' : id}));
      if (reports && !peer.early) receipt(session, pdu, n, id);
    }, peer.delay_ms || 0);
  });
});
server.listen(peer.port || 0, '127.0.0.1', () => tell('listening', {port: server.address().port}));
