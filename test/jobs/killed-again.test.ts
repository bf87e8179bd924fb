import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { it } from "node:test";
import { newJobId } from "../../functions/jobs/id.ts";
import { itemEnds } from "../../functions/jobs/item.ts";
import type { Job } from "../../functions/jobs/job.ts";
import { startTestAzurite } from "../support/azurite.ts";
import { buildApp, settingsOf } from "../support/function-app.ts";
import { startHostProcess } from "../support/host-process.ts";
import { startRelay } from "../support/relay.ts";
import { until } from "./host-rig.ts";

/** More than the host lets a message be received. */
const kills = 7;

/** A service that answers nothing until it is told to, and keeps in mind who asked when. */
async function startSilentService() {
  const asked: { operation: string; at: number; repeated: boolean }[] = [];
  const waiting: ServerResponse[] = [];
  let answers = false;
  const server = createServer(({ url = "" }, response) => {
    const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
    asked.push({
      operation: pathname.slice(1),
      at: Date.now(),
      repeated: searchParams.get("repeated") === "true",
    });
    if (answers) response.end();
    else waiting.push(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    url: `http://127.0.0.1:${port}`,
    of: (name: string) => asked.filter(({ operation }) => operation === name),
    answer() {
      answers = true;
      for (const response of waiting.splice(0)) response.end();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

it("an item whose host is killed seven times in a row is taken up again each time, soon, and ends well", async (t) => {
  await using azurite = await startTestAzurite();
  await using relay = await startRelay({
    storage: { kind: "connection-string", connectionString: azurite.connectionString },
  });
  await using service = await startSilentService();
  const app = await buildApp(path.join(import.meta.dirname, "fixture/two-kinds.ts"));
  t.after(() => app.close());
  const { jobs } = relay.services;
  const settings = { ...settingsOf(relay), AzureWebJobsStorage: azurite.connectionString };
  const startHost = () => startHostProcess({ bundle: app.bundle, key: "k", settings });

  const ids = new Map<string, string>();
  for (const operation of ["Short", "Long"]) {
    const id = newJobId(Date.now());
    ids.set(operation, id);
    const counts = Object.fromEntries(itemEnds.map((end) => [end, 0])) as Job["counts"];
    await jobs.create(
      {
        id,
        operation,
        credential: undefined,
        correlationId: "c",
        status: "queued",
        createdAt: new Date().toISOString(),
        startedAt: undefined,
        endedAt: undefined,
        cancelRequestedAt: undefined,
        total: 1,
        fannedOut: 0,
        counts,
        tokenHash: "",
        error: undefined,
      },
      [{ about: {}, input: JSON.stringify(`${service.url}/${operation}`) }],
    );
  }

  let host = await startHost();
  t.after(() => host.end("SIGKILL"));
  await until("both are worked on", () => service.of("Long").length > 0 && service.of("Short").length > 0);
  const gaps: number[] = [];
  let killedAt = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const before = service.asked.length;
    // Its step ends after two seconds: it is killed in the middle, always.
    await host.end("SIGKILL");
    killedAt = Date.now();
    host = await startHost();
    await until(`kill ${kill}: the item is worked on again`, () =>
      service.asked.slice(before).some(({ operation }) => operation === "Short"),
    );
    const again = service.asked.slice(before).find(({ operation }) => operation === "Short");
    gaps.push((again?.at ?? 0) - killedAt);
  }
  // The long one is taken up again when its claim has run out, where no further kill comes in between.
  await until("the long one is worked on again", () => service.of("Long").some(({ at }) => at > killedAt));
  const [long] = service.of("Long").filter(({ at }) => at > killedAt);
  gaps.push((long?.at ?? 0) - killedAt);
  service.answer();
  for (const [operation, id] of ids) {
    await until(`${operation} has ended`, async () => (await jobs.read(id))?.status === "completed", 60_000);
    const [item] = (await jobs.items(id, { limit: 10 })).value;
    assert.equal(item?.status, "applied", operation);
  }
  t.diagnostic(
    `worked on again after ${gaps.map((gap) => (gap / 1_000).toFixed(1)).join(", ")} s; the long one ${service.of("Long").length} times`,
  );
  assert.ok(service.of("Short").length >= kills + 1);
  assert.ok(
    service
      .of("Short")
      .slice(1)
      .every(({ repeated }) => repeated),
    "It was not told that it is repeated.",
  );
  for (const gap of gaps) assert.ok(gap < 30_000, `It was worked on again after ${gap} ms only.`);
  assert.equal(await host.end("SIGTERM"), 0);
});
