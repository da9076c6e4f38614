import type { IncomingMessage, ServerResponse } from "node:http";
import { isValidSlackRequest } from "@slack/bolt";
import { limits } from "../../src/domain/limits.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { clocksApartMs } from "./limits.ts";
import { isKnownForm, isKnownJson } from "./payload-forms.ts";

/** What the gate answers itself: a status, and whether the connection must end with it. */
interface Refusal {
  readonly status: number;
  readonly close: boolean;
}

/** A request that Slack has signed: its bytes, and its type as Bolt knows it, without parameters. */
export interface Signed {
  readonly bytes: Buffer;
  readonly contentType: string;
}

export type Admission =
  | { readonly kind: "admitted"; readonly signed: Signed }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  // Signed, but nothing that Usher knows: it is acknowledged, since Slack switches off an app that refuses much.
  | { readonly kind: "dropped" };

const json = "application/json";
const form = "application/x-www-form-urlencoded";
// The check of the certificate, the one thing that Slack does not sign, is a form of a few fields.
const unsignedBytes = 4096;

/**
 * Stands before Bolt, which reads up to 4 MB, takes a timestamp from the future, dies of a signed `null`, and answers what
 * it does not know after three seconds with 404 (measured with Bolt 5.1). Reads the body up to 1 MB, and of whom does not claim to be Slack next to nothing. Never throws.
 */
export async function admit(request: IncomingMessage, signingSecret: string, clock: Clock): Promise<Admission> {
  const contentType = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (contentType !== json && contentType !== form) return refused(400);
  if (request.headers["content-encoding"] !== undefined) return refused(400, "close");
  // Nobody but Slack makes us keep a large body: whoever does not even claim to be it is sent away before that.
  const claims = claimsToBeSlack(request, clock);
  if (!claims && contentType === json) return refused(401, "close");
  const bytes = await readBytes(request, claims ? limits.inboundBodyBytes : unsignedBytes);
  if (bytes === null) return refused(413, "close");
  const body = bytes.toString();
  // Slack checks the certificate with it, unsigned; Bolt answers it and looks at nothing else in it.
  if (contentType === form && new URLSearchParams(body).get("ssl_check") === "1") return admitted(bytes, contentType);
  if (!claims || !isSigned(request, body, signingSecret, clock)) return refused(401);
  const payload = payloadOf(body, contentType);
  if (payload === undefined) return refused(400);
  const isKnown = contentType === form ? isKnownForm(payload) : isKnownJson(payload);
  return isKnown ? admitted(bytes, contentType) : { kind: "dropped" };
}

function admitted(bytes: Buffer, contentType: string): Admission {
  return { kind: "admitted", signed: { bytes, contentType } };
}

function refused(status: number, close?: "close"): Admission {
  return { kind: "refused", refusal: { status, close: close === "close" } };
}

/** Ends a request with no more than a status. */
export function answer(response: ServerResponse, { status, close }: Refusal): void {
  if (close) response.setHeader("connection", "close");
  response.writeHead(status).end();
}

/** Whether there is a signature, and a time that can be now; without a body, no more can be said. */
function claimsToBeSlack({ headers }: IncomingMessage, clock: Clock): boolean {
  const { "x-slack-signature": signature, "x-slack-request-timestamp": timestamp } = headers;
  if (typeof signature !== "string" || typeof timestamp !== "string" || !/^\d{1,12}$/.test(timestamp)) return false;
  // In either direction: Bolt checks the past only.
  return Math.abs(clock.now() - Number(timestamp) * 1000) <= clocksApartMs;
}

function isSigned({ headers }: IncomingMessage, body: string, signingSecret: string, clock: Clock): boolean {
  const { "x-slack-signature": signature, "x-slack-request-timestamp": timestamp } = headers;
  if (typeof signature !== "string") return false;
  const seconds = Number(timestamp);
  const now = clock.now();
  const signed = { "x-slack-signature": signature, "x-slack-request-timestamp": seconds };
  return isValidSlackRequest({ signingSecret, body, headers: signed, nowMilliseconds: now });
}

/** What was sent: JSON, or a form's fields, or the JSON in its field `payload`; undefined where it cannot be read. */
function payloadOf(body: string, contentType: string): unknown {
  try {
    if (contentType === json) return JSON.parse(body);
    const fields = new URLSearchParams(body);
    const payloads = fields.getAll("payload");
    if (payloads.length > 1) return undefined;
    return payloads[0] === undefined ? Object.fromEntries(fields) : JSON.parse(payloads[0]);
  } catch {
    return undefined;
  }
}

/** The body, or null when it is too large or ends too early. */
async function readBytes(request: IncomingMessage, most: number): Promise<Buffer | null> {
  if (Number(request.headers["content-length"] ?? "0") > most) return null;
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request) {
      size += part.length;
      if (size > most) return null;
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch {
    return null;
  }
}
