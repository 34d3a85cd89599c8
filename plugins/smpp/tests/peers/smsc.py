"""An SMSC on the PyPI package `smpp34`: tells the raw bytes of what it gets as lines of JSON.

It refuses the submit_sm whose number is the first argument with "throttled", and sends a receipt for
each message that it took, from a task of its own: deliver_sm waits for the client's answer.
"""

import asyncio
import json
import socket
import sys

import smpp34


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


async def receipt(esme, event, message_id):
    text = f"id:{message_id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:"
    try:
        await esme.deliver_sm(source_addr=event.destination_addr, destination_addr=event.source_addr,
                              esm_class=4, short_message=text.encode())
    except smpp34.SmppError as error:
        # The test was done before.
        tell("receipt_not_taken", error=str(error))


async def main():
    throttled = int(sys.argv[1])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="SIM")
    await server.start()
    tell("listening", port=port)
    sessions, tasks, number = {}, set(), 0
    while True:
        event = await server.next()
        if isinstance(event, smpp34.Esme):
            sessions[event.session_id] = event
            tell("bind", system_id=event.system_id)
        elif isinstance(event, smpp34.Unbound):
            tell("unbound")
        elif isinstance(event, smpp34.SubmitSmEvent):
            number += 1
            tell("submit_sm", n=number, to=event.destination_addr, source=event.source_addr,
                 esm_class=event.esm_class, data_coding=event.data_coding, body=bytes(event.short_message).hex(),
                 tlvs={f"{tlv.tag:04x}": bytes(tlv.value).hex() for tlv in event.tlvs})
            if number == throttled:
                event.reject(smpp34.ESME_RTHROTTLED)
                continue
            event.accept(message_id=f"m{number}")
            task = asyncio.create_task(receipt(sessions[event.session_id], event, f"m{number}"))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


asyncio.run(main())
