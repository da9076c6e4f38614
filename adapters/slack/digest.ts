import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import { createDigestMessages, type DigestMessageOptions, type DigestMessages } from "./digest-message.ts";
import type { InChannel } from "./messages.ts";

/** Where an approval is shown: as a card of its own, or in a digest. `ts`: of that message. */
export interface ApprovalPlace {
  readonly kind: "card" | "digest";
  readonly ts: string;
}

/**
 * An approval that is to be shown. `mayHaveBeenSent`: an earlier attempt may have shown its card. `fitsHome`: App Home
 * shows all of it; else nobody could read the rest but under a card of its own.
 */
export interface ApprovalSending extends InChannel {
  readonly fitsHome: boolean;
  readonly effectId: string;
  readonly mayHaveBeenSent: boolean;
}

/**
 * Keeps an agents channel usable when more approvals come at once than Slack takes cards for (attack 114): those that
 * find a long line before them are shown together in one message, the digest, unless their request is longer than a card.
 * It says how many wait, carries no decision and leads to App Home, where each of them is decided.
 */
export interface Digest extends Pick<DigestMessages, "changed" | "stop"> {
  /**
   * Shows an approval, by `postCard` (which answers the `ts` of the card) or in the digest. Throws what `postCard` does,
   * and TransientError where there is no room in the line yet.
   */
  send(sending: ApprovalSending, postCard: () => Promise<string>): Promise<ApprovalPlace>;
}

/** So many approvals stand in line for their cards in a channel; those after them go into the digest. */
export const approvalsInLine = 20;

// As many as go out in a few seconds: the digest then finds a slot of the channel in time, and so do other cards.
const cardsAtOnce = 4;
// What the channel takes: a message a second.
const everyMs = 1000;
// Who was sent away comes back when it was told to; whoever does not was withdrawn, or is another process's now.
const comesBackWithinMs = 60_000;

/** Makes what decides, for every agents channel, which approval gets a card of its own. */
export function createDigest(options: DigestMessageOptions): Digest {
  const { clock } = options;
  const digests = createDigestMessages(options);
  const lines = new Map<string, Line>();
  return {
    changed: digests.changed,
    stop: digests.stop,
    async send({ workspace, channel, effectId, mayHaveBeenSent, fitsHome }, postCard) {
      const line = lineOf(lines, `${workspace} ${channel}`, clock);
      // Whose card may be there already is looked for in the channel, and not shown a second time in another way.
      if (fitsHome && !mayHaveBeenSent && !line.has(effectId) && line.size >= approvalsInLine) {
        return { kind: "digest", ts: await digests.current({ workspace, channel }) };
      }
      const comesBack = (afterMs: number): void => {
        line.set(effectId, clock.monotonic() + afterMs + comesBackWithinMs);
      };
      const inFront = [...line.values()].filter((until) => until !== posting).length;
      if (line.size - inFront >= cardsAtOnce) {
        const retryAfterMs = everyMs * (inFront + 1);
        comesBack(retryAfterMs);
        throw new TransientError("The card of an approval waits for those in front of it.", { retryAfterMs });
      }
      line.set(effectId, posting);
      try {
        const ts = await postCard();
        line.delete(effectId);
        return { kind: "card", ts };
      } catch (error) {
        if (error instanceof TransientError) comesBack(error.retryAfterMs ?? 0);
        else line.delete(effectId);
        throw error;
      }
    },
  };
}

/** Who stands in line for a card, by effect id, and until when they must have come back (monotonic ms). */
type Line = Map<string, number>;

// Its card is on its way.
const posting = Number.POSITIVE_INFINITY;

function lineOf(lines: Map<string, Line>, name: string, clock: Clock): Line {
  const line: Line = lines.get(name) ?? new Map();
  lines.set(name, line);
  const now = clock.monotonic();
  for (const [effectId, until] of line) if (until <= now) line.delete(effectId);
  return line;
}
