import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";

/** What a data folder says about itself, in its file `state.json`. */
export interface FolderState {
  /** Key of the one account, random: whoever can read this file may read and change the data, nobody else. */
  accountKey: string;
  /** Port on which the Azurite of this folder is asked for, and which only one process can hold. */
  controlPort: number;
  /** Of the Azurite that wrote this last. It may be gone: only its control port tells. */
  pid?: number;
  /** For people and tools that want to look at the data, as good as `pid` is. */
  connectionString?: string;
}

/** 512 bits, as the keys of storage accounts have. */
export const newAccountKey = (): string => randomBytes(64).toString("base64");

export const stateFile = (folder: string): string => path.join(folder, "state.json");

// Below the ports that systems give to outgoing connections (from 32768 on Linux, 49152 elsewhere): one of those would
// now and then be in the way of a later start.
const portRange = [20_000, 30_000] as const;

async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...portRange);
    const server = createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch {
      continue;
    }
    server.close();
    await once(server, "close");
    return port;
  }
}

function parse(text: string, file: string): FolderState {
  try {
    const state: FolderState = JSON.parse(text);
    if (typeof state.accountKey === "string" && Number.isInteger(state.controlPort)) return state;
  } catch {
    // Said below.
  }
  throw new Error(`${file} is damaged: delete it. The data beside it stays.`);
}

/**
 * Reads the state of a data folder; makes both when they are not there.
 *
 * @throws Error with a sentence when the file cannot be used.
 */
export async function openFolder(folder: string): Promise<FolderState> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = stateFile(folder);
  const made: FolderState = { accountKey: newAccountKey(), controlPort: await freePort() };
  try {
    // Two starts at once: the file of one stands, and the other reads it.
    await writeFile(file, JSON.stringify(made), { flag: "wx", mode: 0o600 });
    return made;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  let text = await readFile(file, "utf8");
  // The other start has made the file but not yet written it.
  for (let wait = 0; text === "" && wait < 20; wait += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    text = await readFile(file, "utf8");
  }
  return parse(text, file);
}

/** Writes the state in one step, so that nobody reads half of it. For the process that holds the control port. */
export async function writeState(folder: string, state: FolderState): Promise<void> {
  const next = `${stateFile(folder)}.next`;
  await writeFile(next, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(next, stateFile(folder));
}
