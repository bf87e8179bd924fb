import { type Runtime, systemRuntime } from "../../functions/runtime.ts";
import type { TriggeredFunction } from "./functions.ts";
import type { QueueSettings } from "./host-json.ts";
import type { LogRecord } from "./log.ts";
import { type Listener, listenTo } from "./queue-listener.ts";
import { startTimer } from "./timers.ts";

export interface TriggerOptions {
  functions: readonly TriggeredFunction[];
  env: NodeJS.ProcessEnv;
  queues: QueueSettings;
  invoke(name: string, input: unknown, metadata?: Readonly<Record<string, unknown>>): Promise<unknown>;
  log(record: LogRecord): void;
  runtime?: Runtime;
  /** How long a message stays with a host that was killed, in seconds; at least 1. */
  lockSeconds?: number | undefined;
}

// Azure keeps a message for ten minutes. On one machine somebody has just killed the host and watches what comes back.
const defaultLockSeconds = 15;

// A poll has its next turn and a message its next try, so the SDK need not be patient.
const retryOptions = { maxTries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1_000, tryTimeoutInMs: 8_000 };

/**
 * Starts what runs functions without a request: queues are polled, timers set. Where no storage account is set nothing
 * is started, timers included, since the Functions host keeps those in its account.
 *
 * @throws Error when a timer's schedule or the connection string cannot be read.
 */
export async function startTriggers(options: TriggerOptions): Promise<Listener> {
  const listeners: Listener[] = [];
  const stop = async () => {
    await Promise.all(listeners.map((listener) => listener.stop()));
  };
  const storageOf = watchStorage(options.log);
  try {
    for (const entry of options.functions) {
      const setting = String(entry.binding.connection ?? "AzureWebJobsStorage");
      const connectionString = options.env[setting];
      if (entry.disabled || !connectionString) continue;
      if (entry.trigger === "timer") listeners.push(timerOf(entry, options));
      if (entry.trigger === "queue") {
        listeners.push(await queueOf(entry, connectionString, storageOf(setting), options));
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

function timerOf({ name, binding }: TriggeredFunction, { invoke, log }: TriggerOptions): Listener {
  return startTimer({
    schedule: String(binding.schedule),
    runOnStartup: binding.runOnStartup === true,
    invoke: (input) => invoke(name, input),
    failed: failureLog(name, log),
  });
}

async function queueOf(
  { name, binding }: TriggeredFunction,
  connectionString: string,
  storageIs: StorageReport,
  { invoke, log, queues, lockSeconds = defaultLockSeconds, runtime = systemRuntime }: TriggerOptions,
): Promise<Listener> {
  // Loaded only now: an app without storage starts faster without it.
  const { QueueServiceClient } = await import("@azure/storage-queue");
  const service = QueueServiceClient.fromConnectionString(connectionString, { retryOptions });
  const queueName = String(binding.queueName);
  return listenTo({
    invoke: (input, metadata) => invoke(name, input, metadata),
    queue: service.getQueueClient(queueName),
    poison: queueName.endsWith("-poison") ? undefined : service.getQueueClient(`${queueName}-poison`),
    settings: queues,
    lockSeconds,
    runtime,
    storageIs,
    failed: failureLog(name, log),
  });
}

function failureLog(functionName: string, log: TriggerOptions["log"]): (error: unknown) => void {
  return (error) =>
    log({
      level: "error",
      category: "system",
      functionName,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
}

type StorageReport = (state: "up" | "down", reason?: unknown) => void;

/** Logs each change of an account's state once, whichever of its queues saw it first. */
function watchStorage(log: TriggerOptions["log"]): (setting: string) => StorageReport {
  const down = new Set<string>();
  return (setting) => (state, reason) => {
    if ((state === "down") === down.has(setting)) return;
    if (state === "down") {
      down.add(setting);
      // The first line of what an SDK says; the rest is about its request.
      const [said] = reason instanceof Error ? reason.message.split("\n") : [String(reason)];
      const message = `The storage of ${setting} does not answer, so its queues wait: ${said}`;
      log({ level: "warning", category: "system", message });
    } else {
      down.delete(setting);
      const message = `The storage of ${setting} answers again.`;
      log({ level: "information", category: "system", message });
    }
  };
}
