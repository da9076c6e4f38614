import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actionSchema } from "../../src/domain/action.ts";
import { readInput } from "../../src/engine/input.ts";

function email(typed: string) {
  const read = readInput(typed, { validation: "email" }, { region: "US", locale: "en-US" });
  return read.kind === "ok" ? read.value : read;
}

function phone(typed: string, region = "US") {
  const read = readInput(typed, { validation: "phone" }, { region, locale: "en-US" });
  return read.kind === "ok" ? read.value : read;
}

const badEmail = { kind: "bad", why: "email" };
const badPhone = { kind: "bad", why: "phone" };

describe("pitfall 29: the e-mail address is taken out of a sentence", () => {
  it.each([
    ["jane@x.com", "jane@x.com"],
    ["it's jane@x.com thanks", "jane@x.com"],
    ["It’s jane@x.com.", "jane@x.com"],
    ["(jane@x.com)", "jane@x.com"],
    ["mail:jane@x.com", "jane@x.com"],
    ["mailto:jane@x.com", "jane@x.com"],
    ["<mailto:jane@x.com|jane@x.com>", badEmail],
    ["[jane@x.com](mailto:jane@x.com)", "jane@x.com"],
    ["*jane@x.com*", "jane@x.com"],
    ["_jane@x.com_", "jane@x.com"],
    ["`jane@x.com`", "jane@x.com"],
    ["jane@x.com!", "jane@x.com"],
    ["Jane Doe <jane@x.com>", "jane@x.com"],
    ['"Doe, Jane" <jane@x.com>', "jane@x.com"],
    ["jane@x.com (that is jane@x.com)", "jane@x.com"],
    ["@usher it's jane@x.com", "jane@x.com"],
    ["I'm @ home, jane@x.com", "jane@x.com"],
    ["O'Brien+usher_1@Sub.Example.CO.UK", "O'Brien+usher_1@sub.example.co.uk"],
    ["jane\u200b@x.com\u00a0", "jane@x.com"],
    ["jane＠x.com", "jane@x.com"],
  ])("%s", (typed, address) => {
    expect(email(typed)).toEqual(address);
  });
});

describe("attack 52: one address, and nothing that could become another", () => {
  it.each([
    "",
    "jane",
    "jane@",
    "@x.com",
    "jane@x",
    "jane @ x.com",
    "jane at x dot com",
    "a@x.com, b@y.com",
    "a@x.com,b@y.com",
    "a@x.com;b@y.com",
    "a@x.com b@y.com",
    "a@x.com or b@localhost",
    '"ceo@corp.com" <evil@x.com>',
    "a@x.com\r\nBcc: b@y.com",
    "a@x.com\r\nSubject: hi",
    "a@x.com\nb",
    "a@x.com\u0000",
    "a@x.com%0ABcc:b@y.com",
    "a@b@x.com",
    "a=b@x.com",
    "a/b@x.com",
    "a|b@x.com",
    ".a@x.com",
    "a..b@x.com",
    "a@x..com",
    "a@-x.com",
    "a@x.com/path",
    "a@127.0.0.1",
    "a@[127.0.0.1]",
    "\u202emoc.x@enaj",
    "\u202ejane@x.com",
    "jäne@x.com",
    `${"a".repeat(65)}@x.com`,
    `a@${"b".repeat(300)}.com`,
    `a@${"bcde.".repeat(60)}com`,
    `it's jane@x.com ${"thanks ".repeat(200)}`,
  ])("%j is refused", (typed) => {
    expect(email(typed)).toEqual(badEmail);
  });

  it("a domain in another script is answered as mail servers know it, so that a look-alike shows itself", () => {
    expect(email("jane@müller.de")).toBe("jane@xn--mller-kva.de");
    expect(email("jane@pаypal.com")).toBe("jane@xn--pypal-4ve.com");
    expect(email("jane@exa\u00admple.com")).toBe("jane@example.com");
    expect(email("jane@ex。com")).toBe("jane@ex.com");
  });

  it("254 characters are an address, and 255 are none", () => {
    const domain = `${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(57)}.com`;
    const longest = `${"a".repeat(64)}@${domain}`;
    expect(longest).toHaveLength(254);
    expect(email(longest)).toBe(longest);
    expect(email(longest.replace("d.com", "dd.com"))).toEqual(badEmail);
  });

  it("whatever is typed: an address that is taken is one that a mail may be sent to", () => {
    const part = fc.constantFrom(
      "a@b.co",
      "x",
      "@",
      ".",
      ",",
      ";",
      " ",
      "<",
      ">",
      '"',
      "(",
      ")",
      "\r\n",
      "\t",
      "é",
      "c@d.org",
      "|",
      ":",
      "=",
      "Bcc",
      "\u202e",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const read = email(parts.join(""));
        if (typeof read !== "string") return;
        expect(read).toMatch(/^[^\s@,;<>"()|:=\p{C}]+@[a-z0-9.-]+$/u);
        expect(actionSchema.safeParse({ kind: "send_email", to: read, subject: "s", body: "b" }).success).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("pitfall 29: the phone number is taken out of a sentence, as E.164", () => {
  it.each([
    ["call me on +49 30 123456", "US", "+4930123456"],
    ["call me on +49 30 123456", "DE", "+4930123456"],
    ["030 123456", "DE", "+4930123456"],
    ["+49 (0)30 123456", "US", "+4930123456"],
    ["+49 30/123456", "US", "+4930123456"],
    ["(415) 555-2671", "US", "+14155552671"],
    ["it's 415.555.2671, thanks", "US", "+14155552671"],
    ["+1 (415) 555‑2671", "DE", "+14155552671"],
    ["tel:+14155552671", "DE", "+14155552671"],
    ["\u202a+1 415 555 2671\u202c", "DE", "+14155552671"],
    ["+1\u00a0415\u00a0555\u00a02671", "DE", "+14155552671"],
    ["＋1 415 555 2671", "DE", "+14155552671"],
    ["+٤٩ ٣٠ ١٢٣٤٥٦", "US", "+4930123456"],
    ["0049 30 123456", "US", "+4930123456"],
    ["0044 20 7946 0958", "GB", "+442079460958"],
    ["011 44 20 7946 0958", "US", "+442079460958"],
    ["06 12 34 56 78", "FR", "+33612345678"],
    ["06.12.34.56.78", "FR", "+33612345678"],
    ["06-12-34-56-78", "FR", "+33612345678"],
    ["+1 415 555 2671 ext. 5", "US", "+14155552671"],
    ["call 415-555-2671 after 5pm", "US", "+14155552671"],
    ["+4930123456", "no region", "+4930123456"],
  ])("%s in %s", (typed, region, number) => {
    expect(phone(typed, region)).toBe(number);
  });

  it("a number whose range is not known to be assigned is taken: ranges are assigned every month", () => {
    expect(phone("+1 555 123 4567")).toBe("+15551234567");
    expect(phone("07700 900123", "GB")).toBe("+447700900123");
  });
});

describe("attack 52: one phone number, or none", () => {
  it.each([
    "",
    "+",
    "+1",
    "abc",
    "1-800-FLOWERS",
    "415-555-CALL",
    "abc4155552671",
    "4155552671abc",
    "1".repeat(40),
    `+${"4".repeat(40)}`,
    "60",
    "12345",
    "555-0123",
    "0000000000",
    "1111111111",
    "+999 123456789",
    "415-555-2671 or 415-555-2672",
    "415-555-2671 or 555-2672",
    "4155552671 4155552672",
    "\u202e1762555514 1+",
    "12/05/2025",
    "order 4411",
  ])("%j is refused", (typed) => {
    expect(phone(typed)).toEqual(badPhone);
  });

  it.each(["12.05.2025", "12.05.25", "2025-05-12", "1234"])("%s is no German number", (typed) => {
    expect(phone(typed, "DE")).toEqual(badPhone);
  });

  it("without a region only numbers with a country code are taken", () => {
    expect(phone("415 555 2671", "")).toEqual(badPhone);
  });

  it("whatever is typed: a number that is taken is E.164", () => {
    const part = fc.constantFrom(
      "+",
      "00",
      "1",
      "49",
      "30",
      "123456",
      "415",
      "555",
      "2671",
      " ",
      "-",
      "(",
      ")",
      ".",
      "/",
      "x5",
      "a",
      ",",
      "#",
      "\u202e",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.constantFrom("US", "DE", "GB", "IT"), (parts, region) => {
        const read = phone(parts.join(""), region);
        if (typeof read === "string") expect(read).toMatch(/^\+[1-9]\d{6,14}$/);
      }),
      { numRuns: 1000 },
    );
  });
});
