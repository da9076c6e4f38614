import type { SocketModeReceiver } from "@slack/bolt";
import { z } from "zod";
import type { Log } from "../../src/ports/log.ts";
import { eventTypeOf, isKnownForm } from "./payload-forms.ts";

type SocketClient = SocketModeReceiver["client"];

const envelopeId = z.string().min(1).max(200);
const frameSchema = z.union([
  z.looseObject({ type: z.enum(["hello", "disconnect"]) }),
  z.looseObject({ type: z.literal("events_api"), envelope_id: envelopeId, payload: z.unknown() }),
  z.looseObject({ type: z.enum(["interactive", "slash_commands"]), envelope_id: envelopeId, payload: z.unknown() }),
]);
const envelopeSchema = z.object({ envelope_id: envelopeId });

/**
 * Stands before Slack's library, which takes the form of every frame for granted: a `null`, or an event without a type,
 * rejects a promise that nobody holds, and the process ends with it (measured with socket-mode 3.1). What is malformed is
 * acknowledged, so that Slack does not send it again, and dropped, as over HTTP.
 */
export function guardFrames(client: SocketClient, log: Log): void {
  const hearers = client.listeners("ws_message");
  client.removeAllListeners("ws_message");
  client.on("ws_message", (data: unknown, isBinary: unknown) => {
    const frame = jsonOf(data);
    if (isKnown(client, frame)) {
      for (const hear of hearers) heard(hear(data, isBinary), log);
      return;
    }
    log.warn({}, "Slack sent something over the socket that Usher does not know; it was acknowledged and dropped.");
    const envelope = envelopeSchema.safeParse(frame);
    if (envelope.success) heard(client["send"](envelope.data.envelope_id, {}), log);
  });
}

/** Nobody else waits for it. The connection may have ended meanwhile: then Slack sends again what was not acknowledged. */
function heard(hearing: unknown, log: Log): void {
  Promise.resolve(hearing).catch((error: unknown) => {
    log.warn({ error }, "A frame of Slack's socket could not be handled.");
  });
}

function isKnown(client: SocketClient, frame: unknown): boolean {
  const { data } = frameSchema.safeParse(frame);
  switch (data?.type) {
    case undefined:
      return false;
    case "hello":
    case "disconnect":
      return true;
    case "events_api": {
      const type = eventTypeOf(data.payload);
      // The library tells of an event under its type, and hears under such names what it tells itself.
      return type !== null && client.listenerCount(type) === 0;
    }
    case "interactive":
    case "slash_commands":
      return isKnownForm(data.payload);
    default:
      return data satisfies never;
  }
}

function jsonOf(data: unknown): unknown {
  if (typeof data !== "string") return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
