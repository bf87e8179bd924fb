/** Jobs as their owner sees them: real processes for host and storage, the simulator in the test's own. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { QueueServiceClient } from "@azure/storage-queue";
import type { JobItem, JobStatus } from "../../functions/jobs/job.ts";
import { queueName } from "../../functions/jobs/table-store.ts";
import { systemRuntime } from "../../functions/runtime.ts";
import { startTestAzurite } from "../support/azurite.ts";
import { canary, observe, sweep, watch } from "../support/canary.ts";
import { freePorts } from "../support/free-ports.ts";
import { buildApp, settingsOf } from "../support/function-app.ts";
import { type HostProcess, startHostProcess } from "../support/host-process.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { contentsOf, type Row } from "./support.ts";

/** What a poll of Location met: a status, or `gone` where nobody answered. */
type Met = { status: number | "gone"; code?: string; at: number };

/** A job under way, whose result is polled until it is there. */
export interface StartedJob {
  jobId: string;
  polls: Met[];
  /** The result. Rejects on an answer that a flow engine would take for the end. */
  result: Promise<Row>;
}

export interface HostRig {
  relay: Relay;
  /** Azurite's own, past whatever stands before it. */
  connectionString: string;
  /** Starts a host, always at the same address; there must be none. @param more settings beside the usual ones. */
  start(more?: Readonly<Record<string, string>>): Promise<HostProcess>;
  /** Starts a job by HTTP and polls its Location from then on, whatever becomes of the host. */
  begin(target: string, body: Row): Promise<StartedJob>;
  /** The same with a launch of apps. */
  launch(apps: readonly Row[]): Promise<StartedJob>;
  /** The job's items as they are stored. */
  items(jobId: string): Promise<JobItem[]>;
  /** Ends the claim that holds an item, as time would. */
  expire(jobId: string, index: number): Promise<void>;
  status(jobId: string): Promise<JobStatus | undefined>;
  /** Calls that sent an app, by store ID, in any state. */
  posts(): Map<string, number>;
  /** Those that Adjust has not answered yet. */
  unanswered(): number;
  /** From now on, calls that send an app are answered late; the first `skip` of them are not. */
  slowDown(ms: number, skip?: number): void;
  /** From now on, calls that send an app are answered only when what this returns is called. */
  holdUp(): () => void;
  /** The queue of jobs, or that of their poison. */
  queue(poison?: "poison"): ReturnType<QueueServiceClient["getQueueClient"]>;
  /** What all hosts of this rig wrote. */
  output(): string;
  /** No canary stands in storage or in what the hosts wrote. */
  sweep(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long a poll waits at most, in milliseconds: the job's own `Retry-After` grows with the time that is left. */
const longestPollMs = 2_000;

/** Beyond two claims that run out one after the other, 38 s each, on a machine that is busy with other things. */
const patienceMs = 180_000;

/** @param through what the host reaches storage by, in the place of Azurite itself. */
export async function startHostRig(
  through?: (connectionString: string) => Promise<string>,
): Promise<HostRig> {
  const [azurite, app, [port = 0]] = await Promise.all([startTestAzurite(), buildApp(), freePorts(1)]);
  const { connectionString } = azurite;
  watch("the storage key", /AccountKey=([^;]+)/.exec(connectionString)?.[1] ?? "");
  const held = new AbortController();
  const relay = await startRelay({
    storage: { kind: "connection-string", connectionString },
    simulator: { runtime: { ...systemRuntime, sleep: (ms) => sleepUntil(held.signal, ms) } },
  });
  const settings = {
    ...settingsOf(relay),
    PORT: String(port),
    AzureWebJobsStorage: (await through?.(connectionString)) ?? connectionString,
  };
  const key = canary("function-key");
  const hosts: HostProcess[] = [];
  const output = () => hosts.map((host) => host.output()).join("");
  const endObserving = observe("the hosts' output", output);
  const ending = new AbortController();
  const sent = () =>
    relay.simulator.requests.filter(({ method, url }) => method === "POST" && url === "/app-automation/app");

  const delay = (ms: number, skip = 0) => {
    const times = Number.POSITIVE_INFINITY;
    const fault = { kind: "delay", ms } as const;
    return relay.simulator.faults.add({ service: "adjust", method: "POST", skip, times, fault });
  };

  async function poll(location: string, polls: Met[]): Promise<Row> {
    const end = Date.now() + patienceMs;
    for (;;) {
      assert.ok(Date.now() < end, "The job does not come to an end.");
      // As flow engines may: without the key.
      const answer = await fetch(location).then(
        async (response) => ({ response, json: Object(await response.json()) }),
        () => undefined,
      );
      const status = answer?.response.status ?? "gone";
      const code = answer?.json.error?.code;
      polls.push({ status, at: Date.now(), ...(code !== undefined && { code }) });
      if (status === 200) return answer?.json;
      assert.ok(
        status === "gone" || status === 202 || (status === 503 && code === "storage_unavailable"),
        `${status} ${JSON.stringify(answer?.json)}`,
      );
      if (status === 202) assert.equal(answer?.response.headers.get("location"), location);
      const asked = Number(answer?.response.headers.get("retry-after") ?? 1) * 1_000;
      await sleep(Math.min(asked, longestPollMs), undefined, { signal: ending.signal });
    }
  }

  async function begin(target: string, body: Row): Promise<StartedJob> {
    const host = hosts.at(-1) ?? assert.fail("There is no host.");
    const response = await host.fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = Object(await response.json());
    assert.equal(response.status, 202, JSON.stringify(answer));
    const polls: Met[] = [];
    const result = poll(response.headers.get("location") ?? "", polls);
    // Awaited later; a test that fails before that has its own reason.
    result.catch(() => undefined);
    return { jobId: answer.jobId, polls, result };
  }

  return {
    relay,
    connectionString,
    async start(more = {}) {
      const host = await startHostProcess({ bundle: app.bundle, key, settings: { ...settings, ...more } });
      hosts.push(host);
      return host;
    },
    begin,
    launch: (apps) => begin("/adjust/apps/bulk", { apps }),
    async items(jobId) {
      return (await relay.services.jobs.items(jobId, { limit: 1_000 })).value;
    },
    async expire(jobId, index) {
      const { jobs } = relay.services;
      const item = (await jobs.readItem(jobId, index)) ?? assert.fail("There is no such item.");
      assert.ok(await jobs.saveItem({ ...item, until: new Date(0).toISOString() }));
    },
    status: async (jobId) => (await relay.services.jobs.read(jobId))?.status,
    posts() {
      const counts = new Map<string, number>();
      for (const { body } of sent()) {
        const { store_id } = JSON.parse(body.toString());
        counts.set(store_id, (counts.get(store_id) ?? 0) + 1);
      }
      return counts;
    },
    unanswered: () => sent().filter(({ status }) => status === undefined).length,
    slowDown: (ms, skip) => void delay(ms, skip),
    holdUp() {
      const lift = delay(patienceMs);
      return () => {
        lift();
        held.abort();
      };
    },
    queue: (poison) =>
      QueueServiceClient.fromConnectionString(connectionString).getQueueClient(
        poison ? `${queueName}-poison` : queueName,
      ),
    output,
    async sweep() {
      sweep([
        { label: "storage", text: await contentsOf(connectionString) },
        { label: "the hosts' output", text: output() },
      ]);
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.all(hosts.map((host) => host.end("SIGKILL")));
      endObserving();
      await relay.close();
      await Promise.all([azurite.stop(), app.close()]);
    },
  };
}

/** Waits for that long, or until the signal comes. */
async function sleepUntil(signal: AbortSignal, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Waits until `is` holds. */
export async function until(what: string, is: () => boolean | Promise<boolean>, withinMs = 90_000) {
  for (const end = Date.now() + withinMs; !(await is()); await sleep(20))
    assert.ok(Date.now() < end, `It did not come to be in time: ${what}.`);
}
