import {
  type CoreApi,
  type Disposable,
  type FunctionCallback,
  type FunctionMetadata,
  type HookCallback,
  type HookData,
  type HookName,
  hookNames,
  type ProgrammingModel,
} from "./core.ts";
import type { LogRecord } from "./log.ts";

/** A function as the app registered it. */
export interface Registration {
  metadata: FunctionMetadata;
  callback: FunctionCallback;
}

/** What the app did with the stand-in for `@azure/functions-core`, and the hooks it left there. */
export interface Worker {
  readonly api: CoreApi;
  readonly registrations: ReadonlyMap<string, Registration>;
  readonly appHookData: HookData;
  programmingModel(): ProgrammingModel | undefined;
  /** From here on, functions can be neither registered nor taken back, as in the runtime once it has indexed them. */
  lock(): void;
  /** Runs the app's hooks one after the other, in the order of registration. @throws what a hook throws. */
  runHooks(name: HookName, context: object): Promise<void>;
  /** Passes the record through the app's log hooks and on to the sink. */
  log(record: LogRecord): void;
}

// Both are read by the library only to tell old runtimes from new ones.
const workerVersion = "3.13.0";
const hostVersion = "4.1047.0";

class Registered implements Disposable {
  readonly #onDispose: () => void;

  constructor(onDispose: () => void) {
    this.#onDispose = onDispose;
  }

  dispose(): void {
    this.#onDispose();
  }
}

/** Makes the stand-in for the runtime's side of one app. */
export function createWorker(write: (record: LogRecord) => void): Worker {
  const registrations = new Map<string, Registration>();
  const hooks = new Map<string, HookCallback[]>(hookNames.map((name) => [name, []]));
  let model: ProgrammingModel | undefined;
  let locked = false;

  function log(record: LogRecord): void {
    // A hook may rewrite level and message; it sees the category but does not decide it.
    const context = {
      hookData: {},
      appHookData: worker.appHookData,
      level: record.level,
      message: record.message,
      category: record.category,
    };
    for (const hook of hooks.get("log") ?? []) {
      hook(context);
    }
    write({ ...record, level: context.level, message: String(context.message) });
  }

  const api: CoreApi = {
    version: workerVersion,
    hostVersion,
    Disposable: Registered,
    registerFunction(metadata, callback) {
      if (locked) {
        throw new Error("A function can only be registered while the app starts.");
      }
      const id = metadata.functionId ?? metadata.name;
      // The runtime compares ids exactly; names that differ only in case end up as one function there.
      const taken = [...registrations.keys()].find((other) => other.toLowerCase() === id.toLowerCase());
      if (taken !== undefined) {
        throw new Error(`A function named "${taken}" is registered already.`);
      }
      registrations.set(id, { metadata, callback });
      return new Registered(() => {
        if (locked) {
          throw new Error("A function can only be taken back while the app starts.");
        }
        registrations.delete(id);
      });
    },
    registerHook(name, callback) {
      const callbacks = hooks.get(name);
      if (callbacks === undefined) {
        throw new RangeError(`There is no hook named "${name}".`);
      }
      callbacks.push(callback);
      return new Registered(() => {
        const index = callbacks.indexOf(callback);
        if (index >= 0) {
          callbacks.splice(index, 1);
        }
      });
    },
    setProgrammingModel(next) {
      model = next;
    },
    getProgrammingModel: () => model,
    log: (level, category, message) => log({ level, category, message }),
  };

  const worker: Worker = {
    api,
    registrations,
    appHookData: {},
    programmingModel: () => model,
    lock() {
      locked = true;
    },
    async runHooks(name, context) {
      for (const hook of [...(hooks.get(name) ?? [])]) {
        await hook(context);
      }
    },
    log,
  };
  return worker;
}
