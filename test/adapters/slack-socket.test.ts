import { afterEach, beforeEach, expect, test } from "vitest";
import { TransientError } from "../../src/ports/errors.ts";
import { systemClock } from "../../src/system.ts";
import { createFakeInbound, type FakeInbound } from "../support/fake-inbound.ts";
import { company } from "../support/slack/company.ts";
import { openSlackRig, slackWorkspace } from "../support/slack/rig.ts";

const { jane, agnes, support } = company;

let rig: Awaited<ReturnType<typeof openSlackRig>>;
let inbound: FakeInbound;
beforeEach(async () => {
  rig = await openSlackRig(systemClock, "socket");
  inbound = createFakeInbound();
  await rig.channel.start(inbound);
});
afterEach(async () => {
  await rig.channel.stop();
  await rig.close();
});

const asked = { user: agnes, channel: support };
const writes = (text: string) => rig.people.writes({ user: jane, channel: support, text });

test("over a socket, too, an event is acknowledged only when it is stored", async () => {
  const release = inbound.hold();
  let acknowledged = false;
  const sent = writes("Hi").then(() => {
    acknowledged = true;
  });
  await inbound.arrived(1);
  // What was acknowledged before would have come before the answer to this.
  expect(
    (await rig.interactions.runsCommand({ ...asked, command: "/procedures", text: "help" })).delivered.status,
  ).toBe(200);
  expect(acknowledged).toBe(false);
  release();
  await sent;
  expect(inbound.reports).toHaveLength(1);
});

test("an event that could not be stored is not acknowledged: Slack sends it again", async () => {
  inbound.failWith(new TransientError("The store cannot write."));
  const lost = writes("Hi").catch((error: unknown) => error);
  await inbound.arrived(1);
  await rig.channel.stop();
  expect(String(await lost)).toContain("before the envelope was acknowledged");
});

test("what a form is answered with comes back with the acknowledgement", async () => {
  const { message } = await writes("My parcel never came");
  await rig.interactions.usesShortcut({ user: agnes, channel: support, ts: message.ts, callbackId: "start_procedure" });
  inbound.answerStart({ kind: "refused", reason: "A procedure is running here already." });
  const { delivered } = await rig.interactions.submits({ user: agnes, values: { Procedure: "Refund request" } });
  expect(delivered.body).toContain("A procedure is running here already.");
});

test("what belongs to no installation is acknowledged and dropped", async () => {
  rig.installations.forget(slackWorkspace);
  expect((await writes("Hi")).delivered).toMatchObject([{ status: 200 }]);
  expect(inbound.reports).toEqual([]);
});

test("stop ends what is inside, and then the connection", async () => {
  const release = inbound.hold();
  const sent = writes("Hi");
  await inbound.arrived(1);
  const stopping = rig.channel.stop();
  release();
  expect((await sent).delivered).toMatchObject([{ status: 200 }]);
  await stopping;
  await rig.slack.until(() => rig.slack.sockets.connections() === 0);
});
