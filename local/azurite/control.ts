import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { type AzuriteFacts, lineOver, newNonce, proofOf, proves } from "./line.ts";

/** What the control port needs of the Azurite behind it. */
export interface ControlOptions {
  port: number;
  accountKey: string;
  /** Settles when Azurite serves. */
  facts: Promise<AzuriteFacts>;
  /** Whether Azurite is on its way out: then nobody new is let in. */
  stopping(): boolean;
  /** The last host has left in order, or nobody has used it for long. */
  unused(): void;
  /** How long Azurite waits for another host after the last one was lost, in milliseconds. */
  patienceMs: number;
}

/**
 * Opens the control port of a data folder. Holding the port is holding the folder: the system gives it to one process
 * only, and takes it back when that process is gone, however it went.
 *
 * @throws Error with code EADDRINUSE when another process holds it.
 */
export async function openControl(options: ControlOptions): Promise<Server> {
  const users = new Set<Socket>();
  const lonely = () => setTimeout(options.unused, options.patienceMs);
  let waiting: NodeJS.Timeout | undefined;

  async function serve(socket: Socket): Promise<void> {
    const line = lineOver(socket);
    const hello = await line.next();
    const nonce = newNonce();
    line.send({ nonce, proof: proofOf(options.accountKey, "azurite", hello?.nonce) });
    const answer = await line.next();
    if (!proves(proofOf(options.accountKey, "host", nonce), answer?.proof) || options.stopping()) {
      socket.destroy();
      return;
    }
    users.add(socket);
    clearTimeout(waiting);
    line.send(await options.facts);
    const last = await line.next();
    users.delete(socket);
    if (users.size > 0) {
      socket.destroy();
    } else if (last?.release === true) {
      // The connection ends with this process, which tells the host that all is written.
      options.unused();
    } else {
      // A host that was killed: the next one finds everything as it was.
      waiting = lonely();
    }
  }

  const server = createServer((socket) => {
    serve(socket).catch(() => socket.destroy());
  });
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  waiting = lonely();
  return server;
}
