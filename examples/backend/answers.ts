import { dueDay, findOrder, type Order } from "./orders.ts";

/** One answer. `late`: it is given only after the backend's late time. `effect`: it changed something. */
export interface Answer {
  readonly status: number;
  readonly body: { readonly [name: string]: unknown };
  readonly late: boolean;
  readonly effect: boolean;
}

const route = /^\/orders\/([^/]+)(\/status|\/refund)?$/;

/** Answers a GET or POST of the demo shop; `refundNumber` is the next one to give out, `now` Unix ms. Pure. */
export function answerTo(method: string, path: string, refundNumber: number, now: number): Answer {
  const [, id = "", part = ""] = route.exec(path) ?? [];
  if (id === "") return plain(404, { error: "There is no such path." });
  const allowed = part === "/refund" ? "POST" : "GET";
  if (method !== allowed) return plain(405, { error: `Only ${allowed} is allowed here.` });
  const order = findOrder(id);
  if (order === null) return plain(404, { error: "There is no such order." });
  if (order.manner === "broken") return plain(500, { error: "The order system has a problem." });
  if (part === "/refund") return refund(order, refundNumber);
  const { item, total, currency, refundable, state } = order;
  const eta = dueDay(order, now);
  const body = part === "/status" ? { id, state, eta } : { id, item, total, currency, refundable, state, eta };
  return { ...plain(200, body), late: order.manner === "late" };
}

function refund(order: Order, refundNumber: number): Answer {
  if (!order.refundable) return plain(409, { error: "This order cannot be refunded." });
  const { id, total, currency } = order;
  const body = { refundId: `R-${refundNumber}`, orderId: id, amount: total, currency };
  return { status: 200, body, late: order.manner !== "prompt", effect: true };
}

function plain(status: number, body: Answer["body"]): Answer {
  return { status, body, late: false, effect: false };
}
