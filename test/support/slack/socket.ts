import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Fields, fieldsOf, textOf } from "./fields.ts";
import { acceptWebSocket, type WebSocketEnd } from "./websocket.ts";

/** What kind of payload an envelope of Socket Mode carries. */
export type EnvelopeType = "events_api" | "slash_commands" | "interactive";

/** Slack's end of Socket Mode. */
export interface SocketMode {
  accept(request: IncomingMessage, socket: Duplex): void;
  /** How many bots are connected. */
  connections(): number;
  /** Sends an envelope to the latest connection; resolves with what it is acknowledged with. Rejects when nobody is connected, or the connection ends first. */
  send(type: EnvelopeType, payload: Fields, retry?: { readonly num: number; readonly reason: string }): Promise<Fields>;
  /** Sends a frame as it is to the latest connection; `envelopeId`: resolves when that is acknowledged. */
  raw(frame: string, envelopeId: string): Promise<Fields>;
  /** Tells every bot to connect anew, as Slack does every few hours. */
  refresh(): void;
  close(): void;
}

interface Waiting {
  readonly on: WebSocketEnd;
  readonly settle: (acknowledged: Fields | null) => void;
}

/** Makes an end to which nobody is connected yet. `changed`: somebody has come or gone. */
export function createSocketMode(changed: () => void): SocketMode {
  const open = new Set<WebSocketEnd>();
  const waiting = new Map<string, Waiting>();
  let sent = 0;
  const deliver = (id: string, frame: string): Promise<Fields> => {
    const end = [...open].at(-1);
    if (end === undefined) return Promise.reject(new Error("No bot is connected in Socket Mode."));
    return new Promise((resolve, reject) => {
      const settle = (answer: Fields | null): void => {
        if (answer === null) reject(new Error("The connection ended before the envelope was acknowledged."));
        else resolve(answer);
      };
      waiting.set(id, { on: end, settle });
      end.send(frame);
    });
  };
  const acknowledged = (text: string): void => {
    const answer = fieldsOf(JSON.parse(text));
    const id = textOf(answer["envelope_id"]) ?? "";
    waiting.get(id)?.settle(fieldsOf(answer["payload"]));
    waiting.delete(id);
  };
  const gone = (end: WebSocketEnd): void => {
    open.delete(end);
    for (const [id, { on, settle }] of waiting) {
      if (on !== end) continue;
      waiting.delete(id);
      settle(null);
    }
    changed();
  };
  return {
    accept(request, socket) {
      const end: WebSocketEnd = acceptWebSocket(request, socket, { onText: acknowledged, onClose: () => gone(end) });
      open.add(end);
      const about = { host: "applink-fake", build_number: 1, approximate_connection_time: 18_060 };
      end.send(JSON.stringify({ type: "hello", num_connections: open.size, debug_info: about }));
      changed();
    },
    connections: () => open.size,
    send(type, payload, retry) {
      sent += 1;
      const id = `envelope-${sent}`;
      const retried = { retry_attempt: retry?.num ?? 0, retry_reason: retry?.reason ?? "" };
      const envelope = { envelope_id: id, type, payload, accepts_response_payload: type !== "events_api" };
      return deliver(id, JSON.stringify(type === "events_api" ? { ...envelope, ...retried } : envelope));
    },
    raw: (frame, envelopeId) => deliver(envelopeId, frame),
    refresh() {
      for (const end of open) end.send(JSON.stringify({ type: "disconnect", reason: "refresh_requested" }));
    },
    close() {
      for (const end of open) end.cut();
    },
  };
}
