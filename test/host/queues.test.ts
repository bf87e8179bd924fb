import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { QueueServiceClient } from "@azure/storage-queue";
import type { Host, HostOptions } from "../../local/host/host.ts";
import { ended, startTestAzurite, type TestAzurite } from "../support/azurite.ts";
import { type TestApp, testApp } from "./app.ts";

interface Told {
  name: string;
  message: unknown;
  metadata?: Record<string, unknown>;
}

const queueSettings = { messageEncoding: "none", maxDequeueCount: 5, visibilityTimeout: "00:00:00" };

describe("queue functions", () => {
  let azurite: TestAzurite;
  let app: TestApp;
  let told: Told[] = [];
  let host: Host | undefined;
  let lines: string[];

  const listen = (message: unknown) => told.push(message as Told);
  const queue = (name: string) =>
    QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(name);
  const toldOf = (name: string) => told.filter((entry) => entry.name === name);

  async function start(options: Partial<HostOptions> & { hostJson?: unknown } = {}): Promise<Host> {
    const started = await app.start({
      env: {
        AzureWebJobsStorage: azurite.connectionString,
        "AzureWebJobs.SwitchedOff.Disabled": "true",
        "AzureWebJobs.EverySecond.Disabled": "true",
        "AzureWebJobs.AtStart.Disabled": "true",
      },
      ...options,
    });
    host = started.host;
    lines = started.lines;
    return host;
  }

  async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 20_000; !(await is()); await sleep(20)) {
      assert.ok(Date.now() < end, `${what}. Told: ${JSON.stringify(told)}. Logged: ${lines?.join("\n")}`);
    }
  }

  const isEmpty = async (name: string) =>
    ((await queue(name).getProperties()).approximateMessagesCount ?? -1) === 0;

  before(async () => {
    [azurite, app] = await Promise.all([
      startTestAzurite(),
      testApp("queues.ts", { version: "2.0", extensions: { queues: queueSettings } }),
    ]);
    subscribe("queues", listen);
  });
  beforeEach(async () => {
    told = [];
    for (const name of ["notes", "off", "failures", "failures-poison", "slow", "slow-poison"]) {
      await queue(name).createIfNotExists();
      await queue(name).clearMessages();
    }
  });
  afterEach(() => host?.close());
  after(async () => {
    unsubscribe("queues", listen);
    await azurite.stop();
    await app.remove();
    assert.ok(await ended(azurite.pid), "No process stays behind.");
  });

  it("run with the message and its metadata, and the message is gone when they end", async () => {
    await queue("notes").sendMessage('{"a":1}', { messageTimeToLive: -1 });
    await start();
    await until(
      "the message arrives and is deleted",
      async () => toldOf("Note").length === 1 && isEmpty("notes"),
    );
    const [{ message, metadata } = { message: undefined, metadata: undefined }] = toldOf("Note");
    assert.deepEqual(message, { a: 1 });
    assert.deepEqual(Object.keys(metadata ?? {}).sort(), [
      "dequeueCount",
      "expirationTime",
      "id",
      "insertionTime",
      "nextVisibleTime",
      "popReceipt",
      "queueTrigger",
    ]);
    assert.equal(metadata?.dequeueCount, 1);
    assert.deepEqual(metadata?.queueTrigger, { a: 1 });
    assert.ok(Math.abs(Date.parse(String(metadata?.insertionTime)) - Date.now()) < 60_000);
    assert.deepEqual(lines, []);
  });

  it("see many messages at once, each once, also in a queue that is made later", async () => {
    await queue("notes").delete();
    await start();
    await sleep(300);
    await queue("notes").create();
    await Promise.all(Array.from({ length: 40 }, (_, index) => queue("notes").sendMessage(`note ${index}`)));
    await until("all are through", async () => toldOf("Note").length >= 40 && isEmpty("notes"));
    assert.equal(new Set(toldOf("Note").map(({ message }) => message)).size, 40);
    assert.equal(toldOf("Note").length, 40);
    assert.deepEqual(lines, []);
  });

  it("get a message again after they failed, until it works", async () => {
    await queue("failures").sendMessage("3");
    await start();
    await until("the fourth try", () => toldOf("Fail").length === 4);
    await until("it is deleted", () => isEmpty("failures"));
    assert.deepEqual(
      toldOf("Fail").map(({ metadata }) => metadata?.dequeueCount),
      [1, 2, 3, 4],
    );
    assert.equal(lines.filter((line) => /"functionName":"Fail".*not yet/.test(line)).length, 3);
  });

  it("leave a message to the poison queue after five tries, and poison that fails comes again", async () => {
    await queue("failures").sendMessage("99");
    await start({ lockSeconds: 1 });
    await until("the poison is worked off", () => toldOf("FailPoison").length === 3);
    await until("both are deleted", async () => (await isEmpty("failures")) && isEmpty("failures-poison"));
    assert.deepEqual(
      toldOf("Fail").map(({ metadata }) => metadata?.dequeueCount),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(
      toldOf("FailPoison").map(({ message, metadata }) => [message, metadata?.dequeueCount]),
      [
        [99, 1],
        [99, 2],
        [99, 3],
      ],
    );
    await assert.rejects(queue("failures-poison-poison").getProperties(), { statusCode: 404 });
  });

  it("are not run again for a message that took its host along each time", async () => {
    await queue("slow").sendMessage("0");
    for (let time = 0; time < 5; time += 1) {
      const [taken] = (await queue("slow").receiveMessages({ visibilityTimeout: 30 })).receivedMessageItems;
      assert.ok(taken);
      await queue("slow").updateMessage(taken.messageId, taken.popReceipt, undefined, 0);
    }
    await queue("slow-poison").delete();
    await start();
    await until("it has left", () => isEmpty("slow"));
    await until("it is poison", () =>
      isEmpty("slow-poison").then(
        (empty) => !empty,
        () => false,
      ),
    );
    assert.deepEqual(toldOf("Slow"), []);
  });

  it("keep a message for as long as they run, beyond the time that it is locked for", async () => {
    await queue("slow").sendMessage("3500");
    await start({ lockSeconds: 1 });
    await until("it has ended", async () => toldOf("Slow ended").length === 1 && isEmpty("slow"));
    assert.equal(toldOf("Slow").length, 1);
    assert.deepEqual(lines, []);
  });

  it("end before the host does, which takes no more messages", async () => {
    await queue("slow").sendMessage("700");
    const running = await start();
    await until("it runs", () => toldOf("Slow").length === 1);
    const closing = running.close();
    await queue("slow").sendMessage("0");
    await closing;
    assert.deepEqual(
      told.map(({ name }) => name),
      ["Slow", "Slow ended"],
    );
    const { peekedMessageItems } = await queue("slow").peekMessages({ numberOfMessages: 32 });
    assert.deepEqual(
      peekedMessageItems.map(({ messageText, dequeueCount }) => [messageText, dequeueCount]),
      [["0", 0]],
    );
  });

  it("get the messages of a host that was killed, soon", async () => {
    await queue("slow").sendMessage("500");
    const child = spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        path.join(import.meta.dirname, "queue-host.ts"),
        path.join(app.folder, "dist/index.js"),
      ],
      {
        env: { ...process.env, AzureWebJobsStorage: azurite.connectionString },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('"Slow"')) break;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    await start();
    await until("it is worked off", async () => toldOf("Slow ended").length === 1 && isEmpty("slow"));
    assert.deepEqual(
      toldOf("Slow").map(({ metadata }) => metadata?.dequeueCount),
      [2],
    );
  });

  it("are not waited for beyond the host's grace", async () => {
    await queue("slow").sendMessage("2500");
    const first = await start({ graceMs: 50, lockSeconds: 1 });
    await until("it runs", () => toldOf("Slow").length === 1);
    const before = Date.now();
    await first.close();
    assert.ok(Date.now() - before < 1_500, "The host waits no longer than its grace.");
    // The function still runs here, and keeps its message; in a process of its own both would be gone.
    await until("it has ended", async () => toldOf("Slow ended").length === 1 && isEmpty("slow"));
  });

  it("are left alone when they are switched off, or their connection is not set", async () => {
    await Promise.all([queue("off").sendMessage("x"), queue("notes").sendMessage("x")]);
    await start();
    await until("the other one is through", async () => toldOf("Note").length === 1 && isEmpty("notes"));
    assert.deepEqual(
      told.map(({ name }) => name),
      ["Note"],
    );
    assert.equal(await isEmpty("off"), false);
  });

  it("are not polled where no storage is set", async () => {
    await queue("notes").sendMessage("x");
    await start({ env: {} });
    await sleep(500);
    assert.deepEqual(told, []);
    assert.deepEqual(lines, []);
  });

  it("read base64 where host.json says nothing", async (t) => {
    const other = await testApp("queues.ts", {});
    t.after(() => other.remove());
    await queue("notes").sendMessage(Buffer.from('{"b":"ü"}').toString("base64"));
    ({ host } = await other.start({ env: { AzureWebJobsStorage: azurite.connectionString } }));
    await until("it arrives", () => toldOf("Note").length === 1);
    assert.deepEqual(toldOf("Note")[0]?.message, { b: "ü" });
  });
});
