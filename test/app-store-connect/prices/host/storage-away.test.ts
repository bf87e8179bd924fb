import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "../../../../functions/jobs/job.ts";
import { startHostRig, until } from "../../../jobs/host-rig.ts";
import { type Door, startDoor } from "../../../support/door.ts";
import { pricesOf } from "./sale.ts";

const app = "1480000001";
const products = Array.from({ length: 40 }, (_, index) => String(6_700_000_010 + index));

it("a sale whose storage goes away says so meanwhile, and changes each product once when it is back", async (t) => {
  const doors: Door[] = [];
  t.after(() => Promise.all(doors.map((door) => door[Symbol.asyncDispose]())));
  // Signatures cover neither host nor port, so each of the three services can stand behind a door.
  await using rig = await startHostRig(async (connectionString) => {
    let through = connectionString;
    for (const [, port] of connectionString.matchAll(/Endpoint=http:\/\/127\.0\.0\.1:(\d+)/g)) {
      const door = await startDoor(Number(port));
      doors.push(door);
      through = through.replace(`:${port}/`, `:${door.port}/`);
    }
    return through;
  });
  assert.equal(doors.length, 3);
  const { simulator } = rig.relay;
  const host = await rig.start();
  const planned = await host.fetch("/app-store-connect/prices/plan", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ changes: products.map((product) => ({ app, product, price: "4.49" })) }),
  });
  const plan = Object(await planned.json());
  assert.equal(plan.summary?.changed, products.length, JSON.stringify(plan));
  simulator.faults.add({
    service: "appStoreConnect",
    method: "POST",
    times: Number.POSITIVE_INFINITY,
    fault: { kind: "delay", ms: 1_000 },
  });
  const sent = () => simulator.requests.filter(({ method }) => method === "POST");
  const job = await rig.begin("/app-store-connect/prices/apply", { planId: plan.planId });
  await until("some are being written", () => sent().length >= 4);

  // Writes are done and their answers lost, then it is gone: ends cannot be recorded, and nothing more be claimed.
  for (const door of doors) door.swallow();
  await sleep(500);
  for (const door of doors) door.close();
  await until("nothing is on its way", () => sent().every(({ status }) => status !== undefined));
  const status = await host.fetch(`/jobs/${job.jobId}`);
  const { error } = Object(await status.json());
  assert.deepEqual([status.status, error?.code, error?.outcome], [503, "storage_unavailable", "none"]);
  await until("a poll says so", () => job.polls.some(({ status }) => status === 503));
  const items = await rig.items(job.jobId);
  const [sending, left] = [
    items.filter((item) => item.status === "sending"),
    items.filter((item) => !hasEnded(item)),
  ];
  const calls = simulator.requestsTo("appStoreConnect").length;
  const written = () => [...pricesOf(simulator).values()].filter(({ writes }) => writes > 0).length;
  const before = written();
  assert.ok(before >= 4 && before < products.length, `${before} were written`);
  assert.ok(sending.length > 0, "No end was left to be recorded.");
  await sleep(3_000);
  assert.equal(
    simulator.requestsTo("appStoreConnect").length,
    calls,
    "Apple was called for what nobody had claimed.",
  );
  for (const door of doors) door.open();

  const result = Object(await job.result);
  t.diagnostic(`${left.length} had not ended when storage was away, ${sending.length} of them claimed`);
  assert.deepEqual([result.status, result.summary.applied], ["completed", products.length]);
  const now = pricesOf(simulator);
  for (const product of products) {
    assert.equal(now.get(product)?.writes, 1, product);
    assert.deepEqual(
      now.get(product)?.manualPrices?.map(({ price }) => price),
      ["4.49"],
      product,
    );
  }
  assert.equal(sent().length, products.length, "None was sent twice.");
  assert.equal(await rig.queue("poison").exists(), false, "Nothing was given up.");
  await rig.sweep();
  assert.equal(await host.end("SIGTERM"), 0);
});
