import type { Socket } from "node:net";
import type { Clock } from "../../src/ports/clock.ts";
import { closeLine, createLine, type Line } from "./exchange.ts";

// Less than servers usually wait before they close: five seconds and more.
const idleMs = 4000;
// Then the name is looked up anew, for a service that has moved.
const oldestMs = 60_000;
const mostPerKey = 64;
const mostInAll = 256;

/** A line that may be used again. `key`: whose it is, and where it leads; `openedAt`: monotonic ms. */
export interface KeptLine extends Line {
  readonly key: string;
  readonly openedAt: number;
}

/** Lines that stand ready for another request. */
export interface KeptLines {
  /** Makes a line of a new socket. */
  open(key: string, socket: Socket, origin: string): KeptLine;
  /** Keeps an intact line, or closes it where there are enough. */
  keep(line: KeptLine): void;
  /** A line of this key that is open and idle, or null. */
  take(key: string): KeptLine | null;
  close(): void;
}

/** Makes an empty stock. Idle lines close themselves, and are forgotten when they do. */
export function createKeptLines(clock: Clock): KeptLines {
  const idle = new Map<string, KeptLine[]>();
  let count = 0;
  let closed = false;

  const forget = (line: KeptLine): void => {
    const lines = idle.get(line.key);
    const index = lines?.indexOf(line) ?? -1;
    if (lines === undefined || index < 0) return;
    lines.splice(index, 1);
    count -= 1;
    if (lines.length === 0) idle.delete(line.key);
  };

  return {
    open(key, socket, origin) {
      const line = { ...createLine(socket, origin, idleMs), key, openedAt: clock.monotonic() };
      socket.once("close", () => forget(line));
      return line;
    },
    keep(line) {
      const lines = idle.get(line.key) ?? [];
      if (closed || lines.length >= mostPerKey || count >= mostInAll) return closeLine(line);
      idle.set(line.key, lines);
      lines.push(line);
      count += 1;
    },
    take(key) {
      for (let line = idle.get(key)?.at(-1); line !== undefined; line = idle.get(key)?.at(-1)) {
        forget(line);
        if (!line.socket.destroyed && clock.monotonic() - line.openedAt < oldestMs) return line;
        closeLine(line);
      }
      return null;
    },
    close() {
      closed = true;
      for (const line of [...idle.values()].flat()) closeLine(line);
      idle.clear();
      count = 0;
    },
  };
}
