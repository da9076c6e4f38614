import { expect, test } from "vitest";
import { checkConnections } from "../../src/engine/check-connections.ts";
import { aProcedure, compiled } from "../support/procedures.ts";

const call = (id: string, url: string) => ({ id, kind: "call" as const, method: "GET" as const, url });

test("a call through a connection that nobody has named is a problem with its step, its place and a mend", () => {
  const steps = [
    call("look", "{{connections.shop}}/orders"),
    call("ask", "{{connections.crm}}/people"),
    call("go", "https://api.example.com/x"),
    call("own", "{{connections.toString}}/x"),
  ];
  expect(checkConnections(compiled(aProcedure(steps)), { shop: "https://shop.example.com" })).toEqual([
    {
      path: ["steps", 1, "url"],
      stepId: "ask",
      message: "there is no connection named “crm”",
      mend: "name it in USHER_CONNECTIONS (crm=https://…), or start with the whole address",
    },
    expect.objectContaining({ stepId: "own" }),
  ]);
});
