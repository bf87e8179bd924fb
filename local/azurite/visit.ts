import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { FolderState } from "./folder.ts";
import { type AzuriteFacts, lineOver, newNonce, proofOf, proves } from "./line.ts";

/** A running Azurite that this process uses. As long as the process lives or releases it, Azurite stays. */
export interface Visit extends AzuriteFacts {
  /** Leaves in order; the last one to leave ends Azurite and waits until its data is written. */
  release(): Promise<void>;
}

/** How it went: a visit, nobody there, or somebody who is not the Azurite of this folder. */
export type Found = Visit | "nobody" | "stranger";

// Azurite answers at once, even while it is still starting.
const answerMs = 5_000;

/** Asks for the Azurite of a folder on its control port. Waits while that one is starting. */
export async function visit(state: FolderState): Promise<Found> {
  const socket = connect(state.controlPort, "127.0.0.1");
  const line = lineOver(socket);
  const gone = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  const nonce = newNonce();
  line.send({ nonce });
  const hello = await Promise.race([line.next(), sleep(answerMs, undefined, { ref: false })]);
  if (!proves(proofOf(state.accountKey, "azurite", nonce), hello?.proof)) {
    // Nobody listens, or one that ended in this moment; who stays and talks nonsense is another program.
    const stays = socket.readyState === "open" && !socket.readableEnded;
    socket.destroy();
    return stays ? "stranger" : "nobody";
  }
  line.send({ proof: proofOf(state.accountKey, "host", hello?.nonce) });
  const facts = await line.next();
  const { pid, connectionString } = facts ?? {};
  if (typeof pid !== "number" || typeof connectionString !== "string") {
    socket.destroy();
    return "nobody";
  }
  // The connection says that this process is alive, and must not be what keeps it alive.
  socket.unref();
  return {
    pid,
    connectionString,
    async release() {
      socket.ref();
      line.send({ release: true });
      await gone;
    },
  };
}
