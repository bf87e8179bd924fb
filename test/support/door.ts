import { once } from "node:events";
import net from "node:net";

/** A port that leads to another one, and can be shut like a server that is gone. Begins open. */
export interface Door {
  port: number;
  open(): void;
  /** Cuts what is connected; whoever connects from now on is cut off as well. */
  close(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startDoor(target: number): Promise<Door> {
  let isOpen = true;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    if (!isOpen) {
      socket.destroy();
      return;
    }
    const onward = net.connect(target, "127.0.0.1");
    onward.on("error", () => undefined);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The door has no port.");
  const close = () => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    open: () => {
      isOpen = true;
    },
    close,
    async [Symbol.asyncDispose]() {
      close();
      server.close();
      await once(server, "close");
    },
  };
}
