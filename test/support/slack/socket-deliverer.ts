import { realClock } from "../real-clock.ts";
import type { Delivered, Deliverer, Knobs } from "./deliver.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import type { EnvelopeType, SocketMode } from "./socket.ts";

/** Sends the same things over Socket Mode: nothing is signed there, and no bytes can be sent as they are. */
export function createSocketDeliverer(sockets: SocketMode): Deliverer {
  const send = async (type: EnvelopeType, payload: Fields, knobs: Knobs = {}): Promise<Delivered> => {
    const started = realClock.monotonic();
    const answer = await sockets.send(type, payload, knobs.retry);
    const body = Object.keys(answer).length === 0 ? "" : JSON.stringify(answer);
    return { status: 200, headers: { "content-type": "application/json" }, body, ms: realClock.monotonic() - started };
  };
  return {
    event: (envelope, knobs) => send("events_api", fieldsOf(envelope), knobs),
    interaction: (payload, knobs) => send("interactive", fieldsOf(payload), knobs),
    form: (fields, knobs) => send("slash_commands", fields, knobs),
    raw: () => Promise.reject(new Error("Socket Mode sends envelopes only.")),
    close: () => {},
  };
}
