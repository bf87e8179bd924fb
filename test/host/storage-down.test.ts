import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { QueueServiceClient } from "@azure/storage-queue";
import { ended, startTestAzurite } from "../support/azurite.ts";
import { startDoor } from "../support/door.ts";
import { testApp } from "./app.ts";

it("a host whose storage goes away says so once, and goes on when it is back", async (t) => {
  await using azurite = await startTestAzurite();
  const address = /QueueEndpoint=http:\/\/127\.0\.0\.1:(\d+)/.exec(azurite.connectionString);
  await using door = await startDoor(Number(address?.[1]));
  const through = azurite.connectionString.replace(`:${address?.[1]}/`, `:${door.port}/`);
  const notes = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient("notes");
  await notes.create();
  const told: unknown[] = [];
  const listen = (message: unknown) => told.push(message);
  subscribe("queues", listen);
  t.after(() => unsubscribe("queues", listen));
  const app = await testApp("queues.ts", { extensions: { queues: { messageEncoding: "none" } } });
  t.after(() => app.remove());

  door.close();
  const { host, lines } = await app.start({
    env: {
      AzureWebJobsStorage: through,
      "AzureWebJobs.EverySecond.Disabled": "true",
      "AzureWebJobs.AtStart.Disabled": "true",
    },
  });
  const until = async (is: () => boolean) => {
    for (const end = Date.now() + 20_000; !is(); await sleep(20))
      assert.ok(Date.now() < end, lines.join("\n"));
  };
  await until(() => lines.length > 0);
  await notes.sendMessage("waits");
  await sleep(1_500);
  assert.equal((await fetch(`${host.url}/nothing`)).status, 404, "The host serves on.");
  door.open();
  await until(() => told.length === 1);
  door.close();
  await until(() => lines.length === 4);
  await sleep(1_000);
  await host.close();
  const messages = lines.map((line) => JSON.parse(line)).filter(({ message }) => /storage/.test(message));
  assert.deepEqual(
    messages.map(({ level }) => level),
    ["warning", "information", "warning"],
  );
  assert.match(
    messages[0].message,
    /^The storage of AzureWebJobsStorage does not answer, so its queues wait: /,
  );
  assert.equal(messages[1].message, "The storage of AzureWebJobsStorage answers again.");
  assert.ok(lines.every((line) => !line.includes("AccountKey") && !/sig=|SharedKey/.test(line)));
  await azurite.stop();
  assert.ok(await ended(azurite.pid), "No process stays behind.");
});
