import { once } from "node:events";
import net from "node:net";

/** A port that leads to another one, and can fail as networks and servers do. Begins open. */
export interface Door {
  port: number;
  open(): void;
  /** Cuts what is connected; whoever connects from now on is cut off as well. */
  close(): void;
  /** Lets requests through from now on, and cuts each connection in the place of its answer. */
  swallow(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startDoor(target: number): Promise<Door> {
  let state: "open" | "closed" | "swallowing" = "open";
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    if (state === "closed") {
      socket.destroy();
      return;
    }
    const onward = net.connect(target, "127.0.0.1");
    onward.on("error", () => undefined);
    // Before the pipe below, which then has nowhere to write to.
    onward.on("data", () => {
      if (state === "swallowing") socket.destroy();
    });
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
    state = "closed";
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    open: () => {
      state = "open";
    },
    close,
    swallow: () => {
      state = "swallowing";
    },
    async [Symbol.asyncDispose]() {
      close();
      server.close();
      await once(server, "close");
    },
  };
}
