/** The relay over the simulator's history, with a clock that jumps and a flow that listens. */
import assert from "node:assert/strict";
import { backfillEvents, type RunTimes } from "../../functions/app-store-server/backfill/run.ts";
import type { Environment } from "../../functions/app-store-server/environment.ts";
import { notificationEvent } from "../../functions/app-store-server/notification-event.ts";
import { eventKey } from "../../functions/events/id.ts";
import { createPoster } from "../../functions/events/post.ts";
import { createEventStore, queueName } from "../../functions/events/table-store.ts";
import { createEventWorker } from "../../functions/events/worker.ts";
import type { Services } from "../../functions/scope.ts";
import type { Storage } from "../../functions/storage/storage.ts";
import type { SendWish } from "../../local/simulator/index.ts";
import type { SentNotification } from "../../local/simulator/world/transactions.ts";
import { createMemoryStorage } from "../../local/storage/memory.ts";
import { startReceiver } from "../support/receiver.ts";
import { type RelayOptions, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The app of most tests, and another one. */
export const bundleId = "com.example.stillwater";
export const otherBundleId = "com.example.harborkings";
export const neverReleased = "com.example.harborkings.stickers";

/** Apple IDs of the apps that demo credentials serve. */
const appleIds = {
  [bundleId]: "1480000002",
  [otherBundleId]: "1480000001",
  [neverReleased]: "1480000003",
};

/** The services over an empty history of two apps. */
export async function backfillRig(options: RelayOptions = {}) {
  const clock = skippingRuntime();
  const memory = createMemoryStorage(clock.now);
  const relay = await startRelay({ memory, runtime: clock, simulator: { runtime: clock }, ...options });
  const flow = await startReceiver();
  const log: string[] = [];
  const worker = createEventWorker({
    services: relay.services,
    poster: createPoster(),
    log: (line) => log.push(line),
  });
  const over = (storage: Storage): Services => ({
    ...relay.services,
    events: createEventStore(storage, clock, 90),
  });
  /** The event as it is stored. */
  const stored = async ({ notificationUUID }: SentNotification) =>
    relay.services.events.read(eventKey({ source: "app-store-server", id: notificationUUID }));

  async function serve(...apps: (keyof typeof appleIds)[]) {
    const secret = relay.demo.vault["demo-in-app-purchase"] ?? assert.fail();
    const ids = apps.map((app) => appleIds[app]);
    const tags = { ...secret.tags, "bundle-ids": apps.join(","), "app-apple-ids": ids.join(",") };
    await relay.writeSecret("demo-in-app-purchase", { ...secret, tags });
  }
  // Those that were released: production refuses the third.
  await serve(bundleId, otherBundleId);

  return {
    clock,
    memory,
    relay,
    flow,
    log,
    over,
    stored,
    /** Bodies that Apple was asked with, oldest first. */
    asked: (service: "appStoreServer" | "appStoreServerSandbox" = "appStoreServer") =>
      relay.simulator
        .requestsTo(service)
        .filter(({ url }) => url.startsWith("/inApps/v1/notifications/history"))
        .map(({ body }): { startDate: number; endDate: number } => JSON.parse(body.toString())),
    /** Notifications that Apple has made and that did not arrive. */
    missed: (wish: Partial<SendWish> = {}) =>
      relay.simulator.notifications.send({
        environment: "production",
        bundleId,
        type: "DID_RENEW",
        at: clock.now() - hour,
        lost: true,
        ...wish,
      }),
    /** Receives one as if Apple had sent it. */
    async arrives(sent: SentNotification) {
      const decoded = await relay.services.signedPayloads.decode(sent.signedPayload, {
        apps: [{ bundleId: sent.bundleId, appAppleId: appleIds[bundleId] }],
        environment: "Production",
        kinds: ["notification"],
      });
      const { event, traits } = notificationEvent(decoded, clock.now());
      return relay.services.events.receive(event, traits);
    },
    run: (services: Services = relay.services, times?: RunTimes) =>
      backfillEvents(services, (line) => log.push(line), times),
    /** How far a history was read, in milliseconds. */
    async readTo(environment: Environment = "Production", of = bundleId) {
      const row = await relay.services.events.progress.read("backfill", `${environment} ${of}`);
      return row === undefined ? undefined : Number(row.fields.readTo);
    },
    async allStored(sent: readonly SentNotification[]) {
      for (const one of sent) assert.ok(await stored(one), `${one.type} of ${one.signedDate} is missing.`);
    },
    async subscribe() {
      const input = { notificationUrl: `${flow.url}/workflows/x?sig=y` };
      const answer = await relay.call("SubscribeToAppStoreNotifications", { input });
      assert.equal(answer.status, 201, answer.text);
    },
    /** Works off the messages of events that are visible now. */
    async deliver() {
      for (;;) {
        const [message] = memory.receive(queueName, minute);
        if (!message) return;
        await worker.run(message.text, message.dequeueCount);
        message.done();
      }
    },
    /** IDs of the events that the flow has got, in order. */
    delivered: () => flow.received.map(({ body }) => String(JSON.parse(body).id)).sort(),
    /** Apps that the credential of the vault serves from now on. */
    serve,
    async [Symbol.asyncDispose]() {
      await flow[Symbol.asyncDispose]();
      await relay.close();
    },
  };
}

export const idsOf = (sent: readonly SentNotification[]) =>
  sent.map(({ notificationUUID }) => notificationUUID).sort();
