import type { Mail } from "../domain/mail.ts";
import type { Outcome } from "../domain/outcome.ts";

/** The way to a mail server. */
export interface Mailer {
  /** Hands one mail over and answers what became of it; `unknown` once its body began to leave. Never throws. */
  send(mail: Mail, timeoutMs: number): Promise<Outcome>;
}
