import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** One end of a WebSocket that a server holds: whole texts only, as Socket Mode sends them. */
export interface WebSocketEnd {
  send(text: string): void;
  /** Ends the connection, as a network does that breaks. */
  cut(): void;
}

export interface WebSocketHandlers {
  readonly onText: (text: string) => void;
  readonly onClose: () => void;
}

// RFC 6455: section 1.3 for the handshake, section 5.2 for frames.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 };

/** Takes a client's request to become a WebSocket. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex, handlers: WebSocketHandlers): WebSocketEnd {
  const key = request.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1").update(`${key}${guid}`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  let pending = Buffer.alloc(0);
  let parts: Buffer[] = [];
  const take = (frame: Frame): void => {
    switch (frame.opcode) {
      case opcodes.ping:
        socket.write(frameOf(opcodes.pong, frame.payload));
        break;
      case opcodes.close:
        socket.end(frameOf(opcodes.close, frame.payload.subarray(0, 2)));
        break;
      case opcodes.text:
      case opcodes.continuation:
        parts.push(frame.payload);
        if (!frame.isLast) break;
        handlers.onText(Buffer.concat(parts).toString("utf8"));
        parts = [];
        break;
      default:
    }
  };
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let frame = readFrame(pending); frame !== null; frame = readFrame(pending)) {
      pending = pending.subarray(frame.bytes);
      take(frame);
    }
  });
  socket.on("error", () => {}); // the client cuts it in some tests
  socket.on("close", handlers.onClose);
  return {
    send: (text) => void socket.write(frameOf(opcodes.text, Buffer.from(text))),
    cut: () => void socket.destroy(),
  };
}

interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
  /** How long the whole frame is. */
  readonly bytes: number;
}

/** The first frame of a client's bytes, or null while it is not whole. Pure. */
function readFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const isMasked = (second & 0x80) !== 0;
  const start = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (bytes.length < start) return null;
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return null;
  const mask = isMasked ? bytes.subarray(start - 4, start) : Buffer.alloc(4);
  const payload = Buffer.from(bytes.subarray(start, start + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload, bytes: start + length };
}

/** One whole frame of a server, which masks nothing. Pure. */
function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}
