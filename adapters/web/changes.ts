import type { ServerResponse } from "node:http";
import type { Clock } from "../../src/ports/clock.ts";
import type { ChangeJson } from "./api.ts";
import { ApiError } from "./errors.ts";
import { webLimits } from "./limits.ts";

/** Who watches the playground, over server-sent events. */
export interface Changes {
  /** Tells everybody who watches; somebody who reads too slowly is cut off, and fetches everything on coming back. */
  announce(change: ChangeJson): void;
  /** Makes an answer a stream that lasts until either side ends it. Throws ApiError 503 when there are too many. */
  open(response: ServerResponse): void;
  /** Ends every stream, and takes no more. */
  close(): void;
  /** Takes streams again. */
  reopen(): void;
}

/** No streams yet. Event ids count up from the clock's µs, so that a restarted server goes on above the old ones. */
export function createChanges(clock: Clock): Changes {
  const streams = new Set<ServerResponse>();
  let lastId = clock.now() * 1000;
  let closed = false;

  const write = (stream: ServerResponse, text: string): void => {
    if (stream.writableLength > webLimits.streamBufferBytes) stream.destroy();
    else stream.write(text);
  };
  let stopBeating: (() => void) | null = null;
  const beatLater = (): void => {
    stopBeating = clock.after(webLimits.heartbeatMs, () => {
      for (const stream of streams) write(stream, ": still here\n\n");
      beatLater();
    });
  };
  const forget = (stream: ServerResponse): void => {
    streams.delete(stream);
    if (streams.size > 0) return;
    stopBeating?.();
    stopBeating = null;
  };

  return {
    announce: (change) => {
      lastId += 1;
      const event = `id: ${lastId}\ndata: ${JSON.stringify(change)}\n\n`;
      for (const stream of streams) write(stream, event);
    },
    open: (response) => {
      if (closed) throw new ApiError(503, "The playground is stopping: connect again in a moment.");
      if (streams.size >= webLimits.streams) {
        throw new ApiError(503, `There are ${webLimits.streams} open event streams already: close one.`);
      }
      streams.add(response);
      response.on("close", () => forget(response));
      // A proxy that holds answers back would hold the news back; and after a stream its connection is done with.
      const headers = { "content-type": "text/event-stream", "x-accel-buffering": "no", connection: "close" };
      response.writeHead(200, headers);
      response.write("retry: 1000\n\n");
      if (stopBeating === null) beatLater();
    },
    close: () => {
      closed = true;
      for (const stream of streams) stream.end();
    },
    reopen: () => {
      closed = false;
    },
  };
}
