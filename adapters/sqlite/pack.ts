import { deflateRawSync, inflateRawSync } from "node:zlib";

// What conversations at rest are full of; the most frequent last, where a reference to it is shortest. A dictionary is
// never changed, or what was packed with it is lost: a better one gets the next number.
const first = Buffer.from(
  [
    '"dropped":0,"choosing":null,"choosing":{"slugs":["kind":"ask","kind":"reply","kind":"silent","kind":"escalate",',
    '"people":{"card":","since":"shown":{"kind":"approval","title":","tone":"wait","sections":[{"label":","fields":[',
    '{"name":","value":"}],"status":[],"pressId":","buttons":[{"action":"approve","label":"Approve"},{"action":"reject"',
    '"handOffs":[{"of":","by":{"action":"resolve","action":"handBack","reason":null}],"outbox":[{"id":","lane":"agents"',
    '"effect":{"kind":"post","card":{"under":null}"kind":"editCard","lane":"customer","effect":{"kind":"say","message":',
    '{"kind":"text","choices":[],"sensitive":false,"author":null}},"hash":null,"attempt":1,"firstAt":,"tries":1,"started":false,',
    '"wait":{"kind":"verdict","of":{"wait":{"kind":"effect","effectId":","wait":{"kind":"approval","of":{"id":","lane":',
    '"work","effect":{"kind":"act","action":{"kind":"create_ticket","subject":","priority":"NORMAL","create_lead",',
    '"effect":{"kind":"call","request":{"method":"POST","url":"https://api.","headers":{"content-type":"application/json"',
    '},"body":"{\\"amount\\":","reason\\":"},"repeatable":false,"keep":[["status"],["',
    '"],["refundable"]]},"hash":","attempt":0,"firstAt":null,"tries":0,"mayHaveHappened":false,"started":false,"dueAt":17},"card":","expiresAt":17',
    '"kind":"invalid","problem":"},{"at":17,"step":","kind":"decided","id":"-7","action":"approve","by":"","kind":"note",',
    '"},{"at":17,"step":","kind":"outcome","id":"-6","outcome":"failed","outcome":"unknown","outcome":"done","note":""},',
    '{"at":17,"step":","kind":"sent","id":"-6","what":"GET https://api."},{"at":17,"step":"","kind":"asked","id":"-7",',
    '"what":"create a ticket"},{"at":17,"step":","kind":"branch","left":"false","left":"true","type":"boolean","right":"true"',
    ',"rightType":"text","result":true,"comparable":true},{"at":17,"step":","kind":"said","text":"A colleague is looking at your request. ',
    'I will let you know here as soon as it is decided."},{"at":17,"step":","kind":"stored","variable":"order_id"},',
    '{"schema":1,"workspace":","id":","nonce":","version":,"lease":null,"address":"',
    '","customer":{"platform":"teams","platform":"slack","platform":"web","id":","name":","role":"customer",',
    '"external":false},"people":null,"handOffs":[],"recent":[{"key":","at":17},{"key":"',
    '"floor":0,"inbox":[],"dropped":0,"choosing":null,"cards":{},"tags":[],"resolvedAt":null,"lastRoute":{"scores":[',
    '{"slug":","score":0.},{"slug":","score":0}],"threshold":0.,"kind":"run","slug":","filled":{}},"lastRun":null,',
    '"run":{"id":"-1","procedure":{"slug":","version":1},"startedBy":{"platform":"web","id":","name":"","role":"customer"',
    ',"external":false},"startedAt":17,"stepId":","walked":1,"variables":{"email":","order_id":"',
    '"},"wait":{"kind":"input","expiresAt":17,"remindAt":17,"invalid":0},"decisions":[],"trace":[',
    '{"at":17,"step":"greet","kind":"heard","text":"I want to "},{"at":17,"step":"ask-","kind":"said","text":"What is your ',
    '"}],"ending":null},"outbox":[],"nextId":,"touchedAt":17,"dueAt":17}',
  ].join(""),
);
const dictionaries: ReadonlyMap<number, Buffer> = new Map([[1, first]]);
const newest = { mark: Buffer.of(1), words: first };

// Little memory: making it ready for each document would cost more than it saves on the disk. The dictionary and a
// document of the usual length still fit into the window.
const sizes = { windowBits: 12, memLevel: 3, level: 3, chunkSize: 4096 };

/** Makes a document small for the disk: the number of a dictionary, then raw deflate. Pure. */
export function pack(text: string): Uint8Array {
  return Buffer.concat([newest.mark, deflateRawSync(text, { dictionary: newest.words, ...sizes })]);
}

/** The reverse of `pack`. Throws an Error if it was not packed so. Pure. */
export function unpack(packed: Uint8Array): string {
  const number = packed[0] ?? 0;
  const dictionary = dictionaries.get(number);
  if (dictionary === undefined) throw new Error(`There is no dictionary ${number}: a newer Usher wrote this.`);
  return inflateRawSync(packed.subarray(1), { dictionary }).toString("utf8");
}
