import type { Clock } from "../../src/ports/clock.ts";
import { TransientError } from "../../src/ports/errors.ts";
import { webLimits } from "./limits.ts";

/**
 * The same, or TransientError after 2.5 s: the work goes on, and asking again joins it or learns that it is done.
 */
export async function inTime<Value>(clock: Clock, work: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(webLimits.answerMs, () =>
    reject(new TransientError(`Usher did not answer within ${webLimits.answerMs} ms.`)),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
