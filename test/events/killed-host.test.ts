/** Real processes for host and storage, a flow on this machine, and kills in between. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { until } from "../jobs/host-rig.ts";
import { contentsOf } from "../jobs/support.ts";
import { startTestAzurite } from "../support/azurite.ts";
import { canary, observe } from "../support/canary.ts";
import { buildApp, settingsOf } from "../support/function-app.ts";
import { startHostProcess } from "../support/host-process.ts";
import { startRelay } from "../support/relay.ts";
import { noTraits, refund } from "./support.ts";

it("an event reaches its flow although the host is killed before it is sent, and while it is", async (t) => {
  await using azurite = await startTestAzurite();
  const { connectionString } = azurite;
  await using relay = await startRelay({ storage: { kind: "connection-string", connectionString } });
  const app = await buildApp();
  t.after(() => app.close());
  const secret = canary("callback-signature");

  const calls: { url: string; id: unknown }[] = [];
  const held: ServerResponse[] = [];
  let answers = false;
  const flow = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    calls.push({ url: request.url ?? "", id: JSON.parse(Buffer.concat(chunks).toString()).id });
    if (answers) response.writeHead(202).end();
    else held.push(response);
  });
  flow.listen(0, "127.0.0.1");
  await once(flow, "listening");
  t.after(() => {
    flow.closeAllConnections();
    flow.close();
  });
  const { port } = flow.address() as AddressInfo;

  const settings = {
    ...settingsOf(relay),
    AzureWebJobsStorage: connectionString,
    CALLBACK_HOSTS: "127.0.0.1",
  };
  let output = () => "";
  const startHost = async () => {
    const host = await startHostProcess({ bundle: app.bundle, key: "k".repeat(40), settings });
    const before = output;
    output = () => before() + host.output();
    t.after(() => host.end("SIGKILL"));
    return host;
  };
  const endObserving = observe("the hosts' output", () => output());
  t.after(endObserving);

  const first = await startHost();
  const notificationUrl = `http://127.0.0.1:${port}/invoke?sig=${secret}`;
  const response = await first.fetch("/event-subscriptions/app-store-server", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ notificationUrl }),
  });
  const { subscriptionId } = Object(await response.json());
  assert.equal(response.status, 201);
  await first.end("SIGKILL");

  // Stored, and nobody there to deliver it.
  const event = refund({ occurredAt: new Date().toISOString() });
  assert.equal(await relay.services.events.receive(event, noTraits), "stored");
  const second = await startHost();
  await until("the flow is called", () => calls.length > 0, 120_000);
  await second.end("SIGKILL");

  const deliveries = async () =>
    (await relay.services.subscriptions.deliveries(subscriptionId, { limit: 10 })).value;
  const [sending] = await deliveries();
  assert.equal(sending?.status, "sending");
  // As time would end the claim of who is dead.
  const until0 = new Date(0).toISOString();
  assert.ok(sending && (await relay.services.subscriptions.saveDelivery({ ...sending, until: until0 })));
  answers = true;
  const third = await startHost();
  await until("the event is delivered", async () => (await deliveries())[0]?.status === "delivered", 180_000);
  assert.deepEqual(
    calls,
    [1, 2].map(() => ({ url: `/invoke?sig=${secret}`, id: event.id })),
  );
  assert.equal((await deliveries())[0]?.attempts, 2);
  assert.ok(!(await contentsOf(connectionString)).includes(secret), "The callback URL stands in storage.");
  assert.ok(!output().includes(secret), "The callback URL was logged.");

  // The subscription ends without the key.
  const gone = await fetch(
    response.headers.get("location")?.replace(/:\d+\//, `:${new URL(third.url).port}/`) ?? "",
    {
      method: "DELETE",
    },
  );
  assert.equal(gone.status, 200, await gone.text());
});
