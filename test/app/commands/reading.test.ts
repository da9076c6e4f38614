import { describe, expect, test } from "vitest";
import { wordsThatCount } from "../../../src/app/commands/words.ts";
import type { CommandWord } from "../../../src/domain/command.ts";
import { ask, channelWord, personWord, somebody, spoken, typed, withRole } from "../../support/commands.ts";
import { housesOf } from "../../support/house.ts";
import { aProcedure } from "../../support/procedures.ts";

const procedure = aProcedure([{ id: "hello", kind: "message", content: "Hello." }], {
  slug: "refund-request",
  name: "Refund request",
});
const houses = housesOf(procedure);

describe("the words that count", () => {
  const read = (text: string) => wordsThatCount(typed(text)).map((word) => (word.kind === "text" ? word.text : word));

  test.each([
    ["show refund-request", ["show", "refund-request"]],
    ["show “refund-request”", ["show", "refund-request"]],
    ['show "refund-request"', ["show", "refund-request"]],
    ["show ‘refund-request’", ["show", "refund-request"]],
    ["show `refund-request`", ["show", "refund-request"]],
    ["“show refund-request", ["show", "refund-request"]],
    ["show “Refund request”", ["show", "Refund request"]],
    ["show «Refund of a request» now", ["show", "Refund of a request", "now"]],
    ["show „Refund request“", ["show", "Refund request"]],
    ["show “Refund request", ["show", "Refund", "request"]],
    ['show " request "', ["show", "request"]],
    ["show customer's", ["show", "customer's"]],
    ["show  “”  ", ["show"]],
    ["procedures list", ["list"]],
    ["/procedures list", ["list"]],
    ["/Procedures list", ["list"]],
    ["procedures procedures", ["procedures"]],
    ["", []],
  ])("%s", (text, words) => {
    expect(read(text)).toEqual(words);
  });

  test("quotes never reach over what names a person", () => {
    const person = personWord(somebody("u1"));
    const words: readonly CommandWord[] = [...typed("roles “add"), person, ...typed("agent”")];
    expect(wordsThatCount(words)).toEqual([...typed("roles add"), person, ...typed("agent")]);
  });

  test("thousands of quotes are read at once", () => {
    expect(wordsThatCount(typed(Array.from({ length: 20_000 }, () => "“a").join(" ")))).toHaveLength(20_000);
  });
});

describe("what is meant", () => {
  test.each(["list", "LIST", "List", "procedures list", "“list”"])("a verb in any case: %s", async (words) => {
    const house = await houses.open();
    expect((await ask(house, words)).title).toBe("Procedures");
  });

  test.each(["", "procedures", "help", "HELP"])("nothing asks for help: “%s”", async (words) => {
    const house = await houses.open();
    const view = await ask(house, words);
    expect(view.title).toBe("What you can ask for");
    expect(spoken(view)).toContain(
      "show <procedure> | Shows a procedure: when it starts, and what it does step by step.",
    );
  });

  test.each([
    ["lst", "list"],
    ["aprovals", "approvals"],
    ["chanel", "channel"],
    ["run", "runs"],
    ["ROLE", "roles"],
  ])("“%s” is answered with “%s”", async (typo, verb) => {
    const house = await houses.open();
    const view = await ask(house, typo);
    expect(spoken(view)).toContain(`Do you mean “${verb}”?`);
    expect(spoken(view).at(-1)).toMatch(new RegExp(`^${verb}`));
  });

  test("what is like nothing is answered with all there is", async () => {
    const house = await houses.open();
    const view = await ask(house, "xyzzy");
    expect(view.title).toBe("I do not know “xyzzy”");
    expect(spoken(view)).toContain("list | Lists the procedures that customers can start.");
  });

  test("a word that names somebody is no verb", async () => {
    const house = await houses.open();
    expect((await ask(house, [personWord(somebody("u1")), "list"])).title).toBe("I do not know “Name of u1”");
  });

  test.each([
    ["list all", "I cannot do anything with “all” here.", "list | "],
    ["show", "Name a procedure, as the list of procedures shows it.", "show <procedure> | "],
    ["approvals mine", "I cannot do anything with “mine” here.", "approvals | "],
    ["help list show", "I cannot do anything with “show” here.", "help [verb] | "],
    ["roles all", "I cannot do anything with “all” here.", "roles [list] | "],
  ])("“%s” is refused with the usage", async (words, problem, usage) => {
    const house = await houses.open();
    const view = await ask(house, words);
    expect(view.title).toBe("I cannot read that");
    expect(spoken(view)[1]).toBe(problem);
    expect(spoken(view).some((line) => line.startsWith(usage))).toBe(true);
  });

  test.each([
    ["channel se", ["channel se", channelWord("agents")], "Do you mean “channel set”?"],
    ["roles ad", ["roles ad", personWord(somebody("u1")), "agent"], "Do you mean “roles add”?"],
    ["roles add @u1 admn", ["roles add", personWord(somebody("u1")), "admn"], "Do you mean “admin”?"],
    ["roles add @u1 boss", ["roles add", personWord(somebody("u1")), "boss"], "A role is one of: agent, admin, owner."],
    ["roles add bob agent", ["roles add bob agent"], "Mention the person with an @."],
    ["roles add @u1", ["roles add", personWord(somebody("u1"))], "A role is one of: agent, admin, owner."],
    ["channel set", ["channel set"], "Name a channel, or write “here”."],
    ["roles add", ["roles add"], "Mention the person with an @."],
    ["channel set agents", ["channel set agents"], "Name the channel with a #, or write “here” in it."],
  ])("“%s” is told what to write", async (_name, words, mend) => {
    const house = await houses.open();
    const admin = await withRole(house, "admin-1", "admin");
    const view = await ask(house, words, { by: admin });
    expect(spoken(view).join("\n")).toContain(mend);
    expect(await house.store.roles.load(house.workspace, "web", "u1")).toBeNull();
  });

  test("help tells about one verb, and only what one may use", async () => {
    const house = await houses.open();
    const admin = await withRole(house, "admin-1", "admin");
    const usages = async (by?: typeof admin) =>
      spoken(await ask(house, "help ROLES", by && { by })).map((line) => line.split(" | ")[0]);
    expect(await usages(admin)).toEqual([
      "How to ask for “roles”",
      "roles [list]",
      "roles add <person> <role>",
      "roles remove <person>",
    ]);
    expect(await usages()).toEqual(["How to ask for “roles”", "roles [list]"]);
    expect(spoken(await ask(house, "help aprovals"))).toContain("Do you mean “approvals”?");
  });

  test.each(["show Refund Request", "show refund request", "show “Refund request”", "runs refund REQUEST"])(
    "a procedure by its name, as people write it: %s",
    async (words) => {
      const house = await houses.open();
      expect((await ask(house, words)).title).toMatch(/^(?:Refund request|Runs of refund-request)$/);
    },
  );

  test("in Slack every command stands as it is written there", async () => {
    const house = await houses.open({ settings: { agentsChannel: null } });
    await house.store.roles.set(house.workspace, "slack", "U1", "admin");
    const by = somebody("U1", { platform: "slack" });
    const said = async (words: string) => spoken(await ask(house, words, { by }));
    for (const line of (await said("help")).slice(1)) expect(line).toMatch(/^\/procedures [a-z]+/);
    expect(await said("lst")).toContain("Do you mean “/procedures list”?");
    expect(await said("channel")).toContain(
      "There is none yet, so nothing can be approved. An admin sets it with “/procedures channel set here”.",
    );
    expect((await said("why"))[1]).toMatch(/“@Usher procedures why”.*“\/procedures why”.*“\/procedures runs”/);
    await house.store.roles.set(house.workspace, "slack", "U1", "agent");
    expect(await said("channel set here")).toContain(
      "Only admins and owners can use “/procedures channel set <channel|here>”.",
    );
  });

  test("a very long or strange word is repeated short and visible", async () => {
    const house = await houses.open();
    const view = await ask(house, [{ kind: "text", text: `\u202e${"x".repeat(50_000)}` }]);
    expect(view.title).toContain("⟨U+202E⟩");
    expect(JSON.stringify(view).length).toBeLessThan(3000);
  });
});
