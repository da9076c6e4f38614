import type { Socket } from "node:net";
import { expect } from "vitest";
import type { Place } from "../../adapters/http/connector.ts";
import { type ClosableHttp, createHttp } from "../../adapters/http/http.ts";
import type { HttpRequest } from "../../src/domain/http-request.ts";
import { limits } from "../../src/domain/limits.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { withoutText } from "../support/answered.ts";
import { workspaceId } from "../support/conversation.ts";
import { createFakeClock } from "../support/fake-clock.ts";

/** The real way out, with a resolver that is a table and a connector that only writes down where it was led. */
export interface Probe {
  readonly http: ClosableHttp;
  /** The names that were asked for. */
  readonly resolved: readonly string[];
  /** Where a socket would have been opened. */
  readonly dialled: readonly Place[];
  send(url: string, more?: Partial<HttpRequest>): Promise<Outcome>;
}

export interface ProbeOptions {
  readonly addresses?: readonly string[] | ((host: string, count: number) => readonly string[]);
  readonly openHosts?: readonly string[];
  readonly ownHosts?: readonly string[];
  /** Opens the socket; without it nothing is ever opened. */
  readonly connect?: (place: Place) => Socket;
}

/** What every send of these tests may take. */
export const bounds = {
  workspace: workspaceId("attacked"),
  timeoutMs: limits.callTimeoutMs,
  maxBytes: limits.answerBytes,
  startBefore: Number.POSITIVE_INFINITY,
} as const;

/** A public address, which nothing here ever connects to. */
export const publicAddress = "93.184.216.34";

/** Makes a probe. No packet leaves this machine, whatever it is asked for. */
export function createProbe(options: ProbeOptions = {}): Probe {
  const { addresses = [publicAddress], openHosts = [], ownHosts = [], connect } = options;
  const resolved: string[] = [];
  const dialled: Place[] = [];
  const http = createHttp({
    clock: createFakeClock(),
    openHosts,
    ownHosts,
    resolve: async (host) => {
      resolved.push(host);
      return typeof addresses === "function" ? addresses(host, resolved.length) : addresses;
    },
    connect: (place) => {
      dialled.push(place);
      if (connect !== undefined) return connect(place);
      throw new Error("The probe connects nowhere.");
    },
  });
  return {
    http,
    resolved,
    dialled,
    send: (url, more) => withoutText(http.send({ method: "GET", url, headers: {}, body: null, ...more }, bounds)),
  };
}

/** Expects that a request to this URL is refused for good and that no socket is opened for it. */
export async function expectRefused(url: string, options?: ProbeOptions, more?: Partial<HttpRequest>): Promise<string> {
  const { dialled, send } = createProbe(options);
  const outcome = await send(url, more);
  expect(outcome).toMatchObject({ kind: "failed", reason: expect.stringContaining("was not sent: ") });
  expect(dialled).toEqual([]);
  return outcome.kind === "failed" ? outcome.reason : "";
}
