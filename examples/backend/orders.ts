/** How an order answers when it is asked for: at once, with an error, or only after the late time. */
type Manner = "prompt" | "missing" | "broken" | "late" | "late refund";

/** One order of the demo shop. `dueInDays`: from today, negative for the past; `hint`: what to say of it to somebody who tries the demo, or null. */
export interface Order {
  readonly id: string;
  readonly item: string;
  readonly total: number;
  readonly currency: string;
  readonly refundable: boolean;
  readonly state: string;
  readonly dueInDays: number;
  readonly manner: Manner;
  readonly hint: string | null;
}

const usual = { currency: "EUR", refundable: true, state: "on its way", dueInDays: 3, hint: null };

const orders: readonly Order[] = [
  { ...usual, id: "1001", item: "Desk lamp", total: 49.9, manner: "prompt", hint: "can be refunded" },
  {
    ...usual,
    id: "1002",
    item: "Gift card",
    total: 25,
    refundable: false,
    state: "delivered",
    dueInDays: -5,
    manner: "prompt",
    hint: "cannot",
  },
  { ...usual, id: "4040", item: "", total: 0, manner: "missing", hint: "does not exist" },
  { ...usual, id: "5000", item: "Bookshelf", total: 120, manner: "broken" },
  { ...usual, id: "9000", item: "Office chair", total: 199, manner: "late" },
  { ...usual, id: "9001", item: "Standing desk", total: 449, manner: "late refund" },
];

const byId: ReadonlyMap<string, Order> = new Map(orders.map((order) => [order.id, order]));

/** Answers the order, or null if the shop has none of this id. Pure. */
export function findOrder(id: string): Order | null {
  const order = byId.get(id) ?? null;
  return order?.manner === "missing" ? null : order;
}

const dayMs = 86_400_000;
const day = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", timeZone: "UTC" });

/** Answers the day on which an order comes, or came, as `Tuesday, November 24`; `now`: Unix ms. Pure. */
export function dueDay({ dueInDays }: Order, now: number): string {
  return day.format(now + dueInDays * dayMs);
}

/** Answers in one sentence what somebody who tries the demo should know of its orders. Pure. */
export function describeOrders(): string {
  const known = orders.flatMap((order) => (order.hint === null ? [] : [`${order.id} ${order.hint}`]));
  return `Demo orders: ${known.join(", ")}.`;
}
