/** Threat T13, through real processes for host and storage: copies at once, across a restart, and while storage is away. */
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { it } from "node:test";
import { signatureOf, webhookBody } from "../inbound/support.ts";
import { startHostRig, until } from "../jobs/host-rig.ts";
import { sweep, watch } from "../support/canary.ts";
import { type Door, startDoor } from "../support/door.ts";
import { startReceiver } from "../support/receiver.ts";

const json = { "content-type": "application/json" };

/** A request with a body in two chunks and no length, as no client of a test would send it by itself. */
async function sendChunked(url: string, body: string): Promise<string> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  await once(socket, "connect");
  const half = Math.floor(body.length / 2);
  const chunks = [body.slice(0, half), body.slice(half), ""].map(
    (chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`,
  );
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`,
  );
  for (const chunk of chunks) socket.write(chunk);
  return textOf(socket);
}

/** A request whose body never comes whole. */
async function sendHalf(url: string): Promise<string> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"signed`,
  );
  const [answer] = await once(socket, "data");
  socket.destroy();
  return String(answer);
}

async function textOf(socket: net.Socket): Promise<string> {
  let text = "";
  for await (const part of socket) text += part;
  return text;
}

it("events count once: six copies at once, six more after the host was killed, and what came while storage was away", async (t) => {
  const doors: Door[] = [];
  t.after(() => Promise.all(doors.map((door) => door[Symbol.asyncDispose]())));
  await using rig = await startHostRig(async (connectionString) => {
    let through = connectionString;
    for (const [, port] of connectionString.matchAll(/Endpoint=http:\/\/127\.0\.0\.1:(\d+)/g)) {
      const door = await startDoor(Number(port));
      doors.push(door);
      through = through.replace(`:${port}/`, `:${door.port}/`);
    }
    return through;
  });
  await using flow = await startReceiver();
  const { simulator, demo, services } = rig.relay;
  const callbackHosts = { CALLBACK_HOSTS: "127.0.0.1" };
  const host = await rig.start(callbackHosts);
  for (const source of ["app-store-server", "app-store-connect", "adjust"]) {
    const { status } = await host.fetch(`/event-subscriptions/${source}`, {
      method: "POST",
      headers: json,
      body: JSON.stringify({ notificationUrl: `${flow.url}/${source}` }),
    });
    assert.equal(status, 201, source);
  }
  const made = await host.fetch("/app-store-connect/apps/1480000002/webhooks", {
    method: "POST",
    headers: json,
    body: JSON.stringify({ eventTypes: ["BUILD_UPLOAD_STATE_UPDATED"] }),
  });
  const webhook = Object(await made.json());
  assert.equal(made.status, 200, JSON.stringify(webhook));
  const secret = simulator.world.appStoreConnect.webhookSecrets.get(webhook.id) ?? assert.fail();
  watch("the secret of the webhook", secret);

  const [sent] = await simulator.notifications.send({
    environment: "production",
    bundleId: "com.example.stillwater",
    type: "REFUND",
    lost: true,
  });
  const notification = JSON.stringify({ signedPayload: sent?.signedPayload });
  const event = webhookBody();
  const token = demo.vault["demo-adjust-callback"]?.value ?? assert.fail();
  const toServer = (url: string) => `${url}/events/app-store-server`;
  /** As a service sends: without a key. */
  const sendAll = (url: string, marks = "") => [
    fetch(toServer(url), { method: "POST", headers: json, body: notification }),
    fetch(webhook.url, { method: "POST", headers: { ...json, ...signatureOf(secret, event) }, body: event }),
    fetch(`${url}/events/adjust?token=${token}&activity_kind=install&adid=1${marks}`),
  ];
  const statuses = async (answers: Promise<Response>[]) => {
    const all = await Promise.all(answers);
    for (const answer of all) await answer.arrayBuffer();
    return [...new Set(all.map(({ status }) => status))];
  };
  const copies = (url: string) => Array.from({ length: 6 }, () => sendAll(url)).flat();

  assert.deepEqual(await statuses(copies(host.url)), [200]);
  await flow.got(3);
  // What was sent and not yet recorded would be sent again.
  const { subscriptions } = services;
  await until("the deliveries are recorded", async () => {
    const all = await subscriptions.all();
    const pages = await Promise.all(all.map(({ id }) => subscriptions.deliveries(id, { limit: 10 })));
    return pages.every(({ value }) => value[0]?.status === "delivered");
  });
  await host.end("SIGKILL");
  const second = await rig.start(callbackHosts);
  assert.equal(second.url, host.url);
  assert.deepEqual(await statuses(copies(second.url)), [200]);
  assert.match(await sendChunked(toServer(second.url), notification), /^HTTP\/1\.1 200 /);
  const tooLong = JSON.stringify({ signedPayload: "x".repeat(1024 * 1024) });
  assert.match(await sendChunked(toServer(second.url), tooLong), /^HTTP\/1\.1 413 /);
  assert.match(await sendHalf(toServer(second.url)), /^HTTP\/1\.1 400 /);

  for (const door of doors) door.close();
  assert.deepEqual(await statuses(sendAll(second.url, "&away=1")), [503]);
  for (const door of doors) door.open();
  // As services do: again, until it is taken.
  await until("storage is back", async () => (await statuses(sendAll(second.url, "&away=1")))[0] === 200);
  await flow.got(4);

  const delivered = flow.received.map(({ url, body }) => `${url} ${JSON.parse(body).id}`);
  assert.equal(new Set(delivered).size, 4, delivered.join("\n"));
  assert.deepEqual(delivered.length, 4, delivered.join("\n"));
  assert.equal((await services.events.list({ limit: 10, where: {} })).value.length, 4);
  await rig.sweep();
  sweep([{ label: "what the flow got", text: JSON.stringify(flow.received) }]);
});
