import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AppName, Rig } from "../rig.ts";

const compared = ["relay", "hello"] as const satisfies readonly AppName[];
const rounds = 15;
/** The machine's own caches: files are read from memory from the second start on. */
const idleRounds = 2;

/** Times from process start to first answer, and of Node itself doing nothing, in milliseconds, one number a round. */
export interface StartTimes {
  relay: number[];
  hello: number[];
  node: number[];
}

/**
 * Starts processes that serve one app each, in turn, and takes the time until the first answer is whole. The relay's
 * first answer is a relayed read: it takes reading the vault, minting a token and connecting to the upstream.
 */
export async function measureStart(rig: Rig): Promise<StartTimes> {
  const times: StartTimes = { relay: [], hello: [], node: [] };
  for (let round = -idleRounds; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? compared : compared.toReversed()) {
      const time = await firstAnswer(rig, name);
      if (round >= 0) times[name].push(time);
    }
    const time = await nothing();
    if (round >= 0) times.node.push(time);
  }
  return times;
}

async function firstAnswer(rig: Rig, name: AppName): Promise<number> {
  const { args, env, path, headers } = rig.command(name);
  const start = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "ignore"] });
  try {
    let said = "";
    for await (const chunk of child.stdout) {
      said += String(chunk);
      const url = /^Ready: (\S+)\n/m.exec(said)?.[1];
      if (url === undefined) continue;
      const answer = await fetch(`${url}${path}`, { headers });
      await answer.text();
      if (answer.status !== 200) throw new Error(`${name} answered ${answer.status} to its first call.`);
      return performance.now() - start;
    }
  } finally {
    const ended = child.exitCode === null ? once(child, "exit") : undefined;
    child.kill("SIGKILL");
    await ended;
  }
  throw new Error(`${name} ended before it was ready.`);
}

async function nothing(): Promise<number> {
  const start = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - start;
}
