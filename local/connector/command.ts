import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Operation } from "../../functions/operation.ts";
import { usage, type Wish } from "./arguments.ts";
import { breakingChanges } from "./breaking.ts";
import { definition } from "./definition.ts";
import { facts } from "./facts.ts";
import { fixedHostFiles, generatedFiles, jsonText, staleFiles, writeFiles } from "./files.ts";
import { readReleased, releasedName } from "./released.ts";

/** What the command works on. */
export interface CommandPlace {
  /** Folder of the project. */
  root: string;
  catalogue: readonly Operation[];
  say(text: string): void;
  complain(text: string): void;
}

/** Does what was asked for and answers the exit code: 0, or 1 when something has to be done first. */
export async function runCommand(
  wish: Wish,
  { root, catalogue, say, complain }: CommandPlace,
): Promise<number> {
  const files = generatedFiles(catalogue);
  switch (wish.do) {
    case "help":
      if (wish.sentence !== undefined) complain(`${wish.sentence}\n`);
      say(usage);
      return wish.sentence === undefined ? 0 : 1;
    case "fixed-host": {
      const out = path.resolve(root, wish.out);
      await writeFiles(out, fixedHostFiles(catalogue, wish.host));
      say(`The connector for ${wish.host} is in ${out}.`);
      return 0;
    }
    case "write": {
      const written = await writeFiles(root, files);
      say(written.length > 0 ? `Written: ${written.join(", ")}.` : "Everything is current.");
      return (await keepsFlows()) ? 0 : 1;
    }
    case "check":
      return (await isCurrent()) && (await keepsFlows()) ? 0 : 1;
    case "release": {
      if (!((await isCurrent()) && (await keepsFlows()))) return 1;
      const target = path.join(root, releasedName);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, jsonText(current()));
      say(`Version ${facts.version} is remembered as released, in ${releasedName}.`);
      return 0;
    }
  }

  function current() {
    return definition(catalogue, { host: facts.reservedHost });
  }

  async function isCurrent(): Promise<boolean> {
    const stale = await staleFiles(root, files);
    if (stale.length > 0) complain(`Not current: ${stale.join(", ")}. Run: npm run connector`);
    return stale.length === 0;
  }

  async function keepsFlows(): Promise<boolean> {
    const released = await readReleased((name) => readFile(path.join(root, name), "utf8"));
    const breaks = released ? breakingChanges(released, current()) : [];
    if (breaks.length > 0) {
      complain(`Flows that use the released connector would break:\n- ${breaks.join("\n- ")}`);
    }
    return breaks.length === 0;
  }
}
