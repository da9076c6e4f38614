import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/domain/limits.ts";
import { exampleOf, readInput } from "../../src/engine/input.ts";
import { cpuMsOf } from "../support/cpu-ms.ts";

const locale = { region: "US", locale: "en-US" };
const validations = ["text", "email", "phone", "number"] as const;

function text(typed: string) {
  const read = readInput(typed, { validation: "text" }, locale);
  return read.kind === "ok" ? read.value : read;
}

function choice(typed: string, choices: readonly string[]) {
  const read = readInput(typed, { validation: "text", choices }, locale);
  return read.kind === "ok" ? read.value : read;
}

describe("pitfalls 17 and 29: an id is taken out of a sentence, as text", () => {
  it.each([
    ["order is #4411", "4411"],
    ["Order is #4411.", "4411"],
    ["#1001", "1001"],
    ["# 1001", "1001"],
    ["it's 1001", "1001"],
    ["It’s 1001, thanks!", "1001"],
    ["my order number is 00123", "00123"],
    ["my order number is: 00123", "00123"],
    ["Hi, my order id is ORD-2024-0001 please", "ORD-2024-0001"],
    ["order no. 12345678901234567890", "12345678901234567890"],
    ["ticket: #77", "77"],
    ["order#4411", "4411"],
    ["№ 4411", "4411"],
    ["Order\n#4411", "4411"],
    ["here it is: 1002", "1002"],
    ["here's my invoice number: INV_2025/17", "INV_2025/17"],
    ["I think it's 1002", "1002"],
    ["I meant 1002", "1002"],
    ["1001 please", "1001"],
    ["1001.", "1001"],
    ['it\'s "4411"', "4411"],
    ["order is\u00a0#44\u200b11", "4411"],
    ["order is ＃４４１１", "4411"],
    ["٤٤١١", "4411"],
    ["5f47ac10-b58c-4372-a567-0e02b2c3d479", "5f47ac10-b58c-4372-a567-0e02b2c3d479"],
    ["my order id is 5f47ac10-b58c-4372-a567-0e02b2c3d479", "5f47ac10-b58c-4372-a567-0e02b2c3d479"],
    ["00123", "00123"],
    ["12345678901234567890", "12345678901234567890"],
  ])("%s", (typed, id) => {
    expect(text(typed)).toBe(id);
  });

  it.each([
    "It arrived broken on 12 May",
    "It's broken",
    "order 4411 arrived broken",
    "my order 4411 and also 4412",
    "is it 1001?",
    "No, 4411",
    "no 4411",
    "The payment was 2x",
    "the product is 3D-printed",
    "it's 100%",
    "We have been waiting for this order number 4411 since last May",
    "Room 101",
    "Passw0rd!",
    "#general",
    "1,001",
    "It was 2 sizes too small",
    "order is late",
    "two of 3 parts are missing",
    "The item is number 4\nand it's broken",
    "jane@x.com",
    "🎉",
    "???",
    "{{ secret.KEY }}",
  ])("the whole sentence stays: %s", (typed) => {
    expect(text(typed)).toBe(typed);
  });
});

describe("pitfall 36: what can be a free answer", () => {
  it.each(["", " ", "\n\t", "\u00a0", "\u200b\u2060", "\u0000\u0007", "\ufe0f"])("%j holds no words", (typed) => {
    expect(text(typed)).toEqual({ kind: "bad", why: "text" });
  });

  it("what stands around it is blank, and what stands in it is kept", () => {
    expect(text("\u200b\u00a0 Two words,\n  two lines \ufeff\n")).toBe("Two words,\n  two lines");
  });

  it("emoji are words, and their joiners stay", () => {
    expect(text(" 👩‍👩‍👧 ")).toBe("👩‍👩‍👧");
  });

  it("half of a surrogate pair is replaced, because it cannot be stored", () => {
    expect(text("broken \ud83d")).toBe("broken \ufffd");
  });

  it("an answer of a whole turn is kept, and a longer one is refused rather than cut", () => {
    expect(text("a".repeat(limits.turnLength))).toHaveLength(limits.turnLength);
    expect(text("a".repeat(limits.turnLength + 1))).toEqual({ kind: "bad", why: "text" });
  });
});

describe("choices are answered as they are written", () => {
  const sizes = ["Small", "Medium", "Large"];

  it.each([
    ["Medium", "Medium"],
    ["  medium ", "Medium"],
    ["MEDIUM!", "Medium"],
    ["med", "Medium"],
    ["m", "Medium"],
    ["medium please", "Medium"],
    ["I'd like the medium one, please", "Medium"],
    ["2", "Medium"],
    ["#2", "Medium"],
    ["2.", "Medium"],
    ["option 3", "Large"],
    ["the second", "Medium"],
    ["the 3rd one", "Large"],
  ])("%s", (typed, wanted) => {
    expect(choice(typed, sizes)).toBe(wanted);
  });

  it.each(["", "4", "0", "the fourth", "small or large", "mediumish", "none", "not medium", "-1", "1.5"])(
    "%j is none",
    (typed) => {
      expect(choice(typed, sizes)).toEqual({ kind: "bad", why: "choice" });
    },
  );

  it("a beginning that two choices share is none", () => {
    expect(choice("s", ["Slack", "Shop"])).toEqual({ kind: "bad", why: "choice" });
    expect(choice("slack", ["Slack", "Slack Connect"])).toBe("Slack");
  });

  it("a bare number is no position, nor a beginning, when the choices are numbers themselves", () => {
    const ranges = ["1-10", "11-50", "51+"];
    expect(choice("2", ranges)).toEqual({ kind: "bad", why: "choice" });
    expect(choice("5", ranges)).toEqual({ kind: "bad", why: "choice" });
    expect(choice("51+", ranges)).toBe("51+");
    expect(choice("11–50", ranges)).toBe("11-50");
    expect(choice("the second one", ranges)).toBe("11-50");
    expect(choice("2", ["2", "1"])).toBe("2");
  });

  it("yes and no may be said in other words", () => {
    expect(choice("yep", ["Yes", "No"])).toBe("Yes");
    expect(choice("no thanks", ["Yes, please", "No"])).toBe("No");
    expect(choice("sure", ["Yes", "Yes, but later", "No"])).toEqual({ kind: "bad", why: "choice" });
    expect(choice("yep", ["Yesterday", "Nobody"])).toEqual({ kind: "bad", why: "choice" });
    expect(choice("no idea", ["Yes", "No"])).toEqual({ kind: "bad", why: "choice" });
  });

  it("two choices that differ in case only are told apart by the exact word", () => {
    expect(choice("a", ["A", "a"])).toBe("a");
    expect(choice("A ", ["A", "a"])).toBe("A");
  });

  it("the validation of the step does not change a choice", () => {
    expect(readInput("10", { validation: "number", choices: ["10", "20"] }, locale)).toEqual({
      kind: "ok",
      value: "10",
    });
  });

  it("an empty list of choices asks for nothing", () => {
    expect(readInput("x", { validation: "text", choices: [] }, locale)).toEqual({ kind: "ok", value: "x" });
  });
});

describe("pitfall 28: a refusal says which kind of answer was wanted", () => {
  it.each(validations)("%s", (validation) => {
    expect(readInput("   ", { validation }, locale)).toEqual({ kind: "bad", why: validation });
  });
});

describe("pitfall 28: the example in an error is an answer that would be taken", () => {
  it.each(["US", "DE", "GB", "FR", "JP", "IN", "BR", "EG", "XX", ""])("a phone number of %j", (region) => {
    const where = { region, locale: "en-US" };
    const read = readInput(exampleOf("phone", where), { validation: "phone" }, where);
    expect(read).toEqual({ kind: "ok", value: expect.stringMatching(/^\+\d{7,15}$/) });
  });

  it("each in its own form", () => {
    expect(exampleOf("phone", locale)).toBe("+1 201 555 0123");
    expect(exampleOf("number", locale)).toBe("1,200");
    expect(exampleOf("number", { region: "DE", locale: "de-DE" })).toBe("1.200");
    expect(exampleOf("number", { region: "DE", locale: "no locale" })).toBe("1,200");
    expect(exampleOf("text", locale)).toBe("");
    expect(readInput(exampleOf("email", locale), { validation: "email" }, locale).kind).toBe("ok");
  });
});

describe("attack 53: the time for an answer does not depend on what is in it", () => {
  const fillings = [
    "a",
    "1",
    "1,",
    "1 ",
    " ",
    "\n",
    "(",
    "+",
    "@",
    "a@",
    "a.",
    "-",
    "#",
    "\u200b",
    "٤",
    "👍",
    "yes ",
    "order ",
    "'",
    "it's ",
  ];
  const rules = [
    ...validations.map((validation) => ({ validation })),
    { validation: "text" as const, choices: ["Yes", "No"] },
  ];
  const lengths = [100, 119, 200, 250, 300, 1000, limits.turnLength, 50_000];

  it("any 50,000 characters, and the longest answers that are looked at, take less than 20 ms", () => {
    for (const rule of rules) readInput("warm 1", rule, locale);
    const slow: string[] = [];
    for (const filling of fillings) {
      for (const length of lengths) {
        const typed = `${filling.repeat(Math.ceil(length / filling.length)).slice(0, length - 1)}!`;
        for (const rule of rules) {
          const took = quickest(() => readInput(typed, rule, locale));
          if (took > 20) slow.push(`${JSON.stringify(filling)} ${length} ${JSON.stringify(rule)}: ${took} ms`);
        }
      }
    }
    expect(slow).toEqual([]);
  });
});

/** Of three runs, so that a busy machine is not mistaken for a slow pattern. */
function quickest(run: () => unknown): number {
  return Math.min(...[0, 1, 2].map(() => cpuMsOf(run)));
}

describe("whatever is typed", () => {
  const typed = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());

  it("is answered, never thrown at, and a value has the type of its validation", () => {
    fc.assert(
      fc.property(typed, fc.constantFrom(...validations), (words, validation) => {
        const read = readInput(words, { validation }, locale);
        if (read.kind === "bad") return read.why === validation;
        return validation === "number"
          ? Number.isFinite(read.value)
          : typeof read.value === "string" && read.value !== "";
      }),
    );
  });

  it("is one of the choices, if it is taken", () => {
    fc.assert(
      fc.property(typed, fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (words, choices) => {
        const read = readInput(words, { validation: "text", choices }, locale);
        return read.kind === "bad" ? read.why === "choice" : choices.includes(String(read.value));
      }),
    );
  });
});
