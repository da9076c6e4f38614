import { afterEach, describe, expect, test, vi } from "vitest";
import { type Backend, hints, startBackend } from "../../examples/backend/backend.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Shop {
  readonly backend: Backend;
  readonly clock: FakeClock;
  ask(method: string, path: string, more?: { readonly key?: string; readonly body?: string }): Promise<Heard>;
}

interface Heard {
  readonly status: number;
  readonly body: unknown;
}

async function openShop(): Promise<Shop> {
  const clock = createFakeClock();
  const backend = await startBackend({ port: 0, now: clock.now, after: clock.after });
  closers.push(backend.close);
  return {
    backend,
    clock,
    async ask(method, path, { key, body } = {}) {
      const headers = key === undefined ? {} : { "idempotency-key": key };
      const response = await fetch(backend.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: response.status, body: await response.json() };
    },
  };
}

describe("orders", () => {
  test("1001 can be refunded, 1002 cannot, each with item, total and currency", async () => {
    const { ask } = await openShop();
    const lamp = { id: "1001", item: "Desk lamp", total: 49.9, currency: "EUR", refundable: true };
    expect(await ask("GET", "/orders/1001")).toMatchObject({ status: 200, body: lamp });
    expect(await ask("GET", "/orders/1002")).toMatchObject({ status: 200, body: { id: "1002", refundable: false } });
  });

  test("what is on its way comes after today, and what was delivered came before", async () => {
    const { ask, clock } = await openShop();
    clock.jump(Date.UTC(2026, 11, 30, 23, 59) - clock.now());
    expect(await ask("GET", "/orders/1001/status")).toMatchObject({ body: { eta: "Saturday, January 2" } });
    expect(await ask("GET", "/orders/1002/status")).toMatchObject({ body: { eta: "Friday, December 25" } });
  });

  test.each(["4040", "1", "1003", "x", "constructor", "__proto__", "..%2f"])(
    "the order %s does not exist",
    async (id) => {
      const { ask } = await openShop();
      for (const path of [`/orders/${id}`, `/orders/${id}/status`]) {
        expect(await ask("GET", path)).toEqual({ status: 404, body: { error: "There is no such order." } });
      }
      expect(await ask("POST", `/orders/${id}/refund`)).toMatchObject({ status: 404 });
    },
  );

  test("5000 answers 500 to everything", async () => {
    const { ask } = await openShop();
    expect(await ask("GET", "/orders/5000")).toMatchObject({ status: 500, body: { error: expect.any(String) } });
    expect(await ask("GET", "/orders/5000/status")).toMatchObject({ status: 500 });
    expect(await ask("POST", "/orders/5000/refund")).toMatchObject({ status: 500 });
  });

  test("the status says in words where an order is and when it comes", async () => {
    const { ask } = await openShop();
    expect(await ask("GET", "/orders/1001/status")).toEqual({
      status: 200,
      body: { id: "1001", state: "on its way", eta: "Wednesday, November 25" },
    });
    expect(await ask("GET", "/orders/1002/status")).toMatchObject({ body: { state: "delivered" } });
  });

  test("9000 answers after 20 s and not before", async () => {
    const { ask, clock } = await openShop();
    let heard: Heard | null = null;
    const asking = ask("GET", "/orders/9000").then((answer) => {
      heard = answer;
    });
    await vi.waitFor(() => expect(clock.pending()).toBe(1));
    clock.advance(19_999);
    expect(clock.pending()).toBe(1);
    expect(heard).toBeNull();
    clock.advance(1);
    await asking;
    expect(heard).toMatchObject({ status: 200, body: { id: "9000" } });
  });

  test("other paths and methods are refused", async () => {
    const { ask } = await openShop();
    expect(await ask("GET", "/")).toMatchObject({ status: 404 });
    expect(await ask("GET", "/orders")).toMatchObject({ status: 404 });
    expect(await ask("GET", "/orders/1001/refund")).toMatchObject({ status: 405 });
    expect(await ask("DELETE", "/orders/1001")).toMatchObject({ status: 405 });
    expect(await ask("POST", "/orders/1001/refund", { body: "x".repeat(1_048_577) })).toMatchObject({ status: 413 });
  });
});

describe("refunds", () => {
  test("a refund is answered with its own id, one that is not allowed with 409", async () => {
    const { ask } = await openShop();
    expect(await ask("POST", "/orders/1001/refund")).toMatchObject({ status: 200, body: { refundId: "R-1001" } });
    expect(await ask("POST", "/orders/1001/refund")).toMatchObject({ status: 200, body: { refundId: "R-1002" } });
    expect(await ask("POST", "/orders/1002/refund")).toMatchObject({ status: 409 });
  });

  test("G6: one key is carried out once and answered the same, however often it comes", async () => {
    const { ask, backend } = await openShop();
    const more = { key: "k-1", body: '{"amount":49.9}' };
    const first = await ask("POST", "/orders/1001/refund", more);
    expect(await ask("POST", "/orders/1001/refund", more)).toEqual(first);
    expect(await ask("POST", "/orders/1001/refund", { ...more, key: "k-2" })).not.toEqual(first);
    expect(backend.journal).toEqual([
      {
        method: "POST",
        path: "/orders/1001/refund",
        idempotencyKey: "k-1",
        body: { amount: 49.9 },
        count: 1,
        carriedOut: true,
      },
      {
        method: "POST",
        path: "/orders/1001/refund",
        idempotencyKey: "k-1",
        body: { amount: 49.9 },
        count: 2,
        carriedOut: false,
      },
      {
        method: "POST",
        path: "/orders/1001/refund",
        idempotencyKey: "k-2",
        body: { amount: 49.9 },
        count: 1,
        carriedOut: true,
      },
    ]);
  });

  test("G6, O3: a key that comes back with another body or order is refused and changes nothing", async () => {
    const { ask, backend } = await openShop();
    await ask("POST", "/orders/1001/refund", { key: "k-1", body: "{}" });
    expect(await ask("POST", "/orders/1001/refund", { key: "k-1", body: '{"a":1}' })).toMatchObject({ status: 422 });
    expect(await ask("POST", "/orders/9001/refund", { key: "k-1", body: "{}" })).toMatchObject({ status: 422 });
    expect(backend.journal.filter((entry) => entry.carriedOut)).toHaveLength(1);
  });

  test.each(["9000", "9001"])(
    "%s is refunded at once, but says so only after 20 s; a repeat of its key hears it at once",
    async (id) => {
      const { ask, backend, clock } = await openShop();
      const late = ask("POST", `/orders/${id}/refund`, { key: "k-1" });
      await vi.waitFor(() => expect(clock.pending()).toBe(1));
      expect(backend.journal).toMatchObject([{ path: `/orders/${id}/refund`, carriedOut: true }]);
      const repeat = await ask("POST", `/orders/${id}/refund`, { key: "k-1" });
      expect(repeat).toMatchObject({ status: 200, body: { refundId: "R-1001" } });
      clock.advance(20_000);
      expect(await late).toEqual(repeat);
    },
  );

  test("9001 tells of itself at once: only its refund is late", async () => {
    const { ask, clock } = await openShop();
    expect(await ask("GET", "/orders/9001")).toMatchObject({ status: 200, body: { refundable: true } });
    expect(clock.pending()).toBe(0);
  });
});

test("the journal holds every request in order and can be read over HTTP, which leaves no trace in it", async () => {
  const { ask, backend } = await openShop();
  await ask("GET", "/orders/1001?canary=1");
  await ask("GET", "/orders/1001");
  await ask("POST", "/orders/1002/refund", { body: "no json" });
  expect(await ask("GET", "/journal")).toEqual({ status: 200, body: backend.journal });
  expect(backend.journal.map(({ path, count, body }) => [path, count, body])).toEqual([
    ["/orders/1001", 1, null],
    ["/orders/1001", 2, null],
    ["/orders/1002/refund", 1, "no json"],
  ]);
});

test("closing does not wait for late answers", async () => {
  const { ask, backend, clock } = await openShop();
  const late = ask("GET", "/orders/9000").catch(() => "cut");
  await vi.waitFor(() => expect(clock.pending()).toBe(1));
  await backend.close();
  expect(await late).toBe("cut");
  expect(clock.pending()).toBe(0);
});

test("a taken port is said, and a late time of its own is kept", async () => {
  const clock = createFakeClock();
  const backend = await startBackend({ port: 0, now: clock.now, lateMs: 5, after: clock.after });
  closers.push(backend.close);
  await expect(startBackend({ port: backend.port, now: clock.now })).rejects.toThrow(/EADDRINUSE/);
  const late = fetch(`${backend.url}/orders/9000`);
  await vi.waitFor(() => expect(clock.pending()).toBe(1));
  clock.advance(5);
  expect((await late).status).toBe(200);
});

test("the hint for order_id says what the demo orders do", () => {
  const text = "Demo orders: 1001 can be refunded, 1002 cannot, 4040 does not exist.";
  expect(hints).toEqual([{ variable: "order_id", text }]);
});
