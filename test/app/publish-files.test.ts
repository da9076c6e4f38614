import { describe, expect, test } from "vitest";
import { publishFolder } from "../../src/app/publish-files.ts";
import { workspaceIdSchema } from "../../src/domain/ids.ts";
import { InvalidError } from "../../src/ports/errors.ts";
import { createMemoryProcedures } from "../support/memory-procedures.ts";

const workspace = workspaceIdSchema.parse("acme");

/** A file whose procedure has this slug and says this. */
function fileOf(slug: string, content = "Hello!", name = `${slug}.yaml`) {
  const text = `slug: ${slug}\nname: ${slug}\ntrigger: {when: ${slug}}\nsteps:\n  - {id: a, kind: message, content: "${content}"}\n`;
  return { name, text };
}

function folder() {
  const store = createMemoryProcedures();
  const publish = (...files: readonly { readonly name: string; readonly text: string }[]) =>
    publishFolder({ files, store, workspace, check: () => [] });
  const active = async () =>
    (await store.active(workspace)).map(({ procedure, version }) => `${procedure.slug} ${version}`);
  return { store, publish, active };
}

describe("publishing a folder of procedures", () => {
  test("publishes what is new, as version 1", async () => {
    const { publish, active } = folder();
    const report = await publish(fileOf("refund"), fileOf("lead"));
    expect(report).toEqual({
      published: [
        { slug: "refund", version: 1 },
        { slug: "lead", version: 1 },
      ],
      unchanged: [],
      restored: [],
      archived: [],
    });
    expect(await active()).toEqual(["lead 1", "refund 1"]);
  });

  test("pitfall 76: makes no new version without a difference, be it another order of keys or a comment", async () => {
    const { store, publish, active } = folder();
    await publish(fileOf("refund"));
    const writes = store.writes();
    const { name, text } = fileOf("refund");
    const same = text.replace("name: refund\n", "").replace("slug: refund\n", "# Ours.\nname: refund\nslug: refund\n");
    expect(await publish({ name, text: same })).toMatchObject({ published: [], unchanged: ["refund"] });
    expect(await active()).toEqual(["refund 1"]);
    expect(store.writes()).toBe(writes);
  });

  test("makes the next version of what has changed, and leaves the rest alone", async () => {
    const { store, publish, active } = folder();
    await publish(fileOf("refund"), fileOf("lead"));
    const report = await publish(fileOf("refund", "Good day!"), fileOf("lead"));
    expect(report).toMatchObject({ published: [{ slug: "refund", version: 2 }], unchanged: ["lead"] });
    expect(await active()).toEqual(["lead 1", "refund 2"]);
    expect((await store.load(workspace, "refund", 1))?.procedure.steps[0]).toMatchObject({ content: "Hello!" });
  });

  test("archives what has no file any more, and brings it back with its file as the version that it was", async () => {
    const { publish, active } = folder();
    await publish(fileOf("refund"), fileOf("lead"));
    expect(await publish(fileOf("lead"))).toMatchObject({ archived: ["refund"], unchanged: ["lead"] });
    expect(await active()).toEqual(["lead 1"]);
    expect(await publish(fileOf("lead"))).toMatchObject({ archived: [], unchanged: ["lead"] });
    expect(await publish(fileOf("refund"), fileOf("lead"))).toMatchObject({ restored: ["refund"], published: [] });
    expect(await active()).toEqual(["lead 1", "refund 1"]);
  });

  test("makes a new version of an archived one that comes back changed", async () => {
    const { publish, active } = folder();
    await publish(fileOf("refund"));
    await publish();
    expect(await publish(fileOf("refund", "Again!"))).toMatchObject({ published: [{ slug: "refund", version: 2 }] });
    expect(await active()).toEqual(["refund 2"]);
  });

  test("leaves other workspaces alone", async () => {
    const { store, publish } = folder();
    const other = workspaceIdSchema.parse("other");
    await publishFolder({ files: [fileOf("theirs")], store, workspace: other, check: () => [] });
    await publish(fileOf("refund"));
    expect((await store.active(other)).map(({ procedure }) => procedure.slug)).toEqual(["theirs"]);
  });

  test("with any problem in any file loads nothing, and tells every problem of every file", async () => {
    const { store, publish, active } = folder();
    await publish(fileOf("refund"));
    const writes = store.writes();
    const attempt = publish(
      fileOf("refund", "Changed"),
      { name: "bad.yaml", text: "slug: bad\nname: Bad\n" },
      { name: "worse.json", text: "{" },
      fileOf("lead"),
    );
    await expect(attempt).rejects.toBeInstanceOf(InvalidError);
    const error = await attempt.catch((thrown: unknown) => thrown);
    const { message, problems } = error instanceof InvalidError ? error : { message: "", problems: [] };
    expect(message).toContain("bad.yaml:1:1: `trigger` is missing");
    expect(message).toContain("bad.yaml:1:1: `steps` is missing");
    expect(message).toContain("worse.json:1:2: ");
    expect(problems.map(({ path }) => path[0])).toEqual(["bad.yaml", "bad.yaml", "worse.json"]);
    expect(await active()).toEqual(["refund 1"]);
    expect(store.writes()).toBe(writes);
  });

  test("refuses two files with one slug, naming both", async () => {
    const { publish, active } = folder();
    const attempt = publish(fileOf("refund", "One", "a.yaml"), fileOf("refund", "Two", "b.yaml"));
    await expect(attempt).rejects.toThrow("b.yaml:1:7: the slug “refund” is taken by a.yaml already");
    expect(await active()).toEqual([]);
  });

  test("gives every procedure to the check", async () => {
    const { store, active } = folder();
    const seen: string[] = [];
    const attempt = publishFolder({
      files: [fileOf("refund"), fileOf("lead")],
      store,
      workspace,
      check: ({ slug }) => {
        seen.push(slug);
        return slug === "lead" ? [{ path: ["steps", 0], stepId: "a", message: "no good", mend: "mend it" }] : [];
      },
    });
    await expect(attempt).rejects.toThrow("lead.yaml:5:5 step a: no good. Mend: mend it.");
    expect(seen).toEqual(["refund", "lead"]);
    expect(await active()).toEqual([]);
  });
});
