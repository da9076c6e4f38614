import { connect } from "node:net";

/** Writes these bytes and answers what came back until the connection ended, or a whole answer was there. */
export function speak(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const end = (): void => {
      resolve(heard);
      socket.destroy();
    };
    socket.setEncoding("utf8").on("data", (part: string) => {
      heard += part;
      if (heard.includes("\r\n\r\n")) end();
    });
    socket.on("close", end).on("error", end);
  });
}
