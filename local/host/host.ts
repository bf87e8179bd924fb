import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { access } from "node:fs/promises";
import type { Server } from "node:http";
import path from "node:path";
import { type Runtime, systemRuntime } from "../../functions/runtime.ts";
import type { TypedData } from "./core.ts";
import { freshCopy } from "./fresh-copy.ts";
import { describeFunction, type RegisteredFunction, triggerOf } from "./functions.ts";
import { readHostJson } from "./host-json.ts";
import { createHttpServer } from "./http.ts";
import { runInvocation } from "./invocation.ts";
import { loadApp, takeStreamServer } from "./load-app.ts";
import { type LogSink, logLine } from "./log.ts";
import type { Listener } from "./queue-listener.ts";
import { traceContext } from "./trace-context.ts";
import { startTriggers } from "./triggers.ts";
import { createWorker } from "./worker.ts";

export type { HttpFunction, RegisteredFunction, TriggeredFunction } from "./functions.ts";

export interface HostOptions {
  /** Path of the bundle's entry, `<app>/dist/index.js`; `<app>/host.json` gives the settings. */
  bundle: string;
  /** The app's environment while it loads. `AZURE_FUNCTIONS_ENVIRONMENT` is `Development` unless it says otherwise. */
  env: NodeJS.ProcessEnv;
  /** Port on 127.0.0.1; 0 picks a free one. */
  port: number;
  /** The key that opens every function of authLevel `function`. */
  functionKey: string;
  /** Takes one line of JSON a record, without a line break at its end. */
  log: LogSink;
  /**
   * Loads the bundle where it stands instead of from a fresh copy. For a process that starts one host in its life:
   * a second one would get the modules of the first.
   */
  inPlace?: boolean;
  /** How long `close` waits for running invocations, in milliseconds. */
  graceMs?: number;
  /** How long a message of a queue stays with a host that was killed, in seconds; renewed while its function runs. */
  lockSeconds?: number;
  runtime?: Runtime;
}

/** A running local host. */
export interface Host {
  /** Where the functions are, `http://127.0.0.1:<port>/api`; the prefix is that of host.json. */
  url: string;
  functions: readonly RegisteredFunction[];
  /**
   * Runs a function that has no HTTP trigger, as its trigger would.
   *
   * @param input a queue message's text, or what the trigger gives, as JSON.
   * @param metadata trigger metadata in the runtime's spelling, such as `DequeueCount`.
   * @returns what the handler returned, as the runtime gets it.
   * @throws what the handler threw; Error for an unknown, disabled or HTTP function.
   */
  invoke(name: string, input: unknown, metadata?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Stops taking requests, waits for running invocations (up to the grace period), ends the app and frees the port. */
  close(): Promise<void>;
}

// Enough for an interactive call to end; a caller that waits longer can send its call again.
const defaultGraceMs = 10_000;

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    throw new Error(
      taken
        ? `Port ${port} is taken. Set PORT to another one, or to 0 for any that is free.`
        : `Port ${port} cannot be listened on.`,
      { cause: error },
    );
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

function typed(value: unknown): TypedData {
  if (typeof value === "string") {
    return { string: value };
  }
  return value instanceof Uint8Array ? { bytes: value } : { json: JSON.stringify(value ?? null) };
}

/**
 * Starts a function app on this machine as the Functions host would: it loads the bundle, registers what it declares,
 * answers HTTP on 127.0.0.1, and runs queue and timer functions where the environment names a storage account.
 *
 * @throws Error with a sentence that says what to change: an app that cannot be loaded, routes in each other's way, a
 *   port that is taken.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { bundle, functionKey, runtime = systemRuntime, graceMs = defaultGraceMs } = options;
  if (functionKey === "") {
    throw new Error("The function key must not be empty.");
  }
  await access(bundle).catch((cause: unknown) => {
    throw new Error(`${bundle} is missing. Build first: npm run build.`, { cause });
  });
  const appFolder = path.dirname(path.dirname(path.resolve(bundle)));
  const settings = await readHostJson(appFolder);
  const env = { AZURE_FUNCTIONS_ENVIRONMENT: "Development", ...options.env };

  const worker = createWorker((record) => {
    // What host.json lets through in Azure: Information and above.
    if (record.level !== "trace" && record.level !== "debug") {
      options.log(logLine(record, runtime.now()));
    }
  });
  const copy = options.inPlace
    ? { entry: path.resolve(bundle), remove: async () => undefined }
    : await freshCopy(bundle);
  const running = new Set<Promise<void>>();
  let closing: Promise<void> | undefined;
  const track = (promise: Promise<void>) => {
    running.add(promise);
    promise.finally(() => {
      running.delete(promise);
      if (closing) {
        server.closeIdleConnections();
      }
    });
  };

  let server: Server;
  let functions: RegisteredFunction[];
  let port: number;
  let triggers: Listener;
  try {
    const model = await loadApp(worker, copy.entry, appFolder, env);
    const streamServer = await takeStreamServer(model);
    worker.lock();
    functions = [...worker.registrations.values()].map((registration) => describeFunction(registration, env));
    server = createHttpServer({
      worker,
      functions: functions.filter((entry) => entry.trigger === "http"),
      settings,
      functionKey,
      streamServer,
      track,
      closing: () => closing !== undefined,
      now: runtime.now,
    });
    port = await listen(server, options.port);
  } catch (error) {
    await copy.remove();
    throw error;
  }

  async function invoke(name: string, input: unknown, metadata: Readonly<Record<string, unknown>> = {}) {
    const found = functions.find((entry) => entry.name === name);
    const registration = worker.registrations.get(name);
    if (found === undefined || registration === undefined || found.trigger === "http" || found.disabled) {
      throw new Error(`There is no enabled function "${name}" that can be run without a request.`);
    }
    if (closing) {
      throw new Error("The host is closing.");
    }
    const invocation = runInvocation(worker, registration, {
      invocationId: randomUUID(),
      functionId: name,
      inputData: [{ name: triggerOf(registration).name, data: typed(input) }],
      triggerMetadata: Object.fromEntries(
        Object.entries(metadata).map(([key, value]) => [key, typed(value)]),
      ),
      traceContext: traceContext({}),
    });
    track(
      invocation.then(
        () => undefined,
        () => undefined,
      ),
    );
    const { returnValue } = await invocation;
    const text = returnValue?.json ?? returnValue?.string;
    return returnValue?.json === undefined ? (text ?? returnValue?.bytes) : JSON.parse(returnValue.json);
  }

  try {
    triggers = await startTriggers({
      functions: functions.filter((entry) => entry.trigger !== "http"),
      env,
      queues: settings.queues,
      invoke,
      log: worker.log,
      runtime,
      lockSeconds: options.lockSeconds,
    });
  } catch (error) {
    server.close();
    await copy.remove();
    throw error;
  }

  async function shutDown(): Promise<void> {
    // First of all, so that no message is begun that would be refused.
    const triggersEnded = triggers.stop();
    const closed = once(server, "close");
    server.close();
    server.closeIdleConnections();
    const patience = new AbortController();
    await Promise.race([
      Promise.allSettled([...running, triggersEnded]),
      runtime.sleep(graceMs, patience.signal).catch(() => undefined),
    ]);
    patience.abort();
    try {
      await worker.runHooks("appTerminate", { hookData: {}, appHookData: worker.appHookData });
    } finally {
      server.closeAllConnections();
      await closed;
      await copy.remove();
    }
  }

  return {
    url: `http://127.0.0.1:${port}${settings.routePrefix === "" ? "" : `/${settings.routePrefix}`}`,
    functions,
    invoke,
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}
