import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below all ports that systems hand out by themselves (Linux from 32768 on, others from 49152 on): nobody's connection takes
 * one of these while a server that had it is started again.
 */
const range = { from: 15_000, to: 30_000 };

/** Ports on 127.0.0.1 that are free, for servers that cannot pick one themselves, or are to come back at the same one. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(range.from, range.to);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
