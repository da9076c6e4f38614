// A shop that answers every order at once, as a process of its own, so that its CPU time is not counted.
// node bench/stub.ts BYTES: an answer holds about so many bytes beside the fields that the procedure reads.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const filler = Math.max(0, Number(process.argv[2] ?? "0") - 60);
// Rows such as a shop has them, not one long text: parsing it is part of the work.
const row = { sku: "SKU-10025-BL", name: "Blue cotton shirt, size M", quantity: 2, price: 29.9, tags: ["new", "sale"] };
const rows = Math.floor(filler / (JSON.stringify(row).length + 1));
const body = JSON.stringify({ refundable: true, total: 59.8, currency: "USD", items: Array(rows).fill(row) });

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
});
// The machine's usual 511 is less than what one moment of the bare loop can ask for.
server.listen(0, "127.0.0.1", 4096, () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
// Whoever started this is gone: then this ends too.
process.stdin.resume().on("end", () => process.exit(0));
