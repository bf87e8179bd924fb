import type { ServiceName } from "../core/service-name.ts";
import { type AnswerFault, type ChangeFault, isChange, type ScriptedFault } from "./fault.ts";

/** The faults that act on one request. */
export interface TakenFaults {
  answer: AnswerFault | undefined;
  changes: readonly ChangeFault[];
}

/** Faults on demand. Those added first act first. */
export interface Faults {
  /** @returns a function that takes the fault away again. */
  add(fault: ScriptedFault): () => void;
  /** Takes all faults away. */
  clear(): void;
  /** Faults that still wait for a request. */
  readonly pending: number;
}

interface Entry {
  scripted: ScriptedFault;
  matches: (path: string) => boolean;
  skip: number;
  left: number;
}

const nothing: TakenFaults = { answer: undefined, changes: [] };

function pathTest(path: string | RegExp | undefined): (path: string) => boolean {
  if (path === undefined) return () => true;
  if (typeof path !== "string") {
    // A copy without g and y, whose state would make every second request pass.
    const pattern = new RegExp(path.source, path.flags.replace(/[gy]/g, ""));
    return (sent) => pattern.test(sent);
  }
  const literals = path.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${literals.join(".*")}$`, "s");
  return (sent) => pattern.test(sent);
}

/**
 * One request takes at most one answer fault (a queue of 429 and 500 is met by two requests) and one change of each
 * kind.
 */
export function createFaults(): Faults & {
  take(service: ServiceName, method: string, path: string): TakenFaults;
} {
  const entries: Entry[] = [];
  const remove = (entry: Entry) => {
    const index = entries.indexOf(entry);
    if (index >= 0) entries.splice(index, 1);
  };
  return {
    add(scripted) {
      const entry: Entry = {
        scripted,
        matches: pathTest(scripted.path),
        skip: scripted.skip ?? 0,
        left: scripted.times ?? 1,
      };
      entries.push(entry);
      return () => remove(entry);
    },
    clear() {
      entries.length = 0;
    },
    get pending() {
      return entries.length;
    },
    take(service, method, path) {
      if (entries.length === 0) return nothing;
      let answer: AnswerFault | undefined;
      const changes: ChangeFault[] = [];
      for (const entry of [...entries]) {
        const { scripted } = entry;
        if (scripted.service !== undefined && scripted.service !== service) continue;
        if (scripted.method !== undefined && scripted.method !== method) continue;
        if (!entry.matches(path)) continue;
        const { fault } = scripted;
        if (isChange(fault) ? changes.some((taken) => taken.kind === fault.kind) : answer !== undefined)
          continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        entry.left -= 1;
        if (entry.left <= 0) remove(entry);
        if (isChange(fault)) changes.push(fault);
        else answer = fault;
      }
      return { answer, changes };
    },
  };
}
