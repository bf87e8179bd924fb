import { type Runtime, systemRuntime } from "../../functions/runtime.ts";
import { createAdjust } from "./adjust/index.ts";
import { createAppStoreConnect } from "./app-store-connect/index.ts";
import { createAppStoreServer } from "./app-store-server/index.ts";
import { createPayloadSigner } from "./app-store-server/payload-signer.ts";
import { type CallbackSender, createCallbackSender } from "./callbacks/sender.ts";
import { startControl } from "./control.ts";
import { createRequestLog, type RecordedRequest } from "./core/requests.ts";
import { type LogEntry, type RunningServer, type Service, startServer } from "./core/server.ts";
import { type ServiceName, serviceNames } from "./core/service-name.ts";
import { createFaults, type Faults } from "./faults/registry.ts";
import type { SimulatorKeys } from "./keys.ts";
import { createOutbox, type Outbox } from "./notifications/outbox.ts";
import { makeAuthority } from "./signing/authority.ts";
import { createWebhookSender, type WebhookSender } from "./webhooks/sender.ts";
import { createWorld, type World } from "./world/world.ts";

export { demoParameters } from "./callbacks/placeholders.ts";
export type { CallbackSender, CallbackWish } from "./callbacks/sender.ts";
export type { RecordedRequest } from "./core/requests.ts";
export type { LogEntry } from "./core/server.ts";
export type { ServiceName } from "./core/service-name.ts";
export type {
  AnswerFault,
  ChangeFault,
  Fault,
  FaultTarget,
  RetryAfter,
  ScriptedFault,
} from "./faults/fault.ts";
export type { Faults } from "./faults/registry.ts";
export {
  type AppStoreConnectKey,
  type DemoKeys,
  type InAppPurchaseKey,
  makeDemoKeys,
  type SimulatorKeys,
  type VaultDocument,
} from "./keys.ts";
export type { Outbox, SendWish } from "./notifications/outbox.ts";
export type { WebhookSender, WebhookWish } from "./webhooks/sender.ts";
export { type ManualPriceFacts, makeSchedule, wideSchedule } from "./world/prices/fill.ts";
export { type ItemOverview, priceOverview } from "./world/prices/overview.ts";
export { addProducts } from "./world/prices/products.ts";
export { type ItemPricing, type PriceState, setItem, shareAmount } from "./world/prices/state.ts";
export { createWorld, type World } from "./world/world.ts";

export interface SimulatorOptions {
  /** The keys it accepts. */
  keys: SimulatorKeys;
  /** State to begin with; default: `createWorld(runtime.now())`. */
  world?: World;
  runtime?: Runtime;
  /** The services' clock in milliseconds, in place of the runtime's: a virtual one, for a benchmark. */
  now?: () => number;
  /** Told of every answered or broken call, with the reason of a refusal. Never of a token. */
  log?: (entry: LogEntry) => void;
  /** How many requests are kept; default 10,000, 0 keeps none. */
  keepRequests?: number;
  /** Ports; default 0, a free one each. `control` absent: no control server. */
  ports?: Partial<Record<ServiceName, number>> & { control?: number };
}

/** App Store Connect, the App Store Server API (production and sandbox) and Adjust, on loopback. */
export interface Simulator {
  /** Origins without a trailing slash. `control` only when it was asked for. */
  urls: Record<ServiceName, string> & { control?: string };
  /** SHA-256 of the root certificate that signed payloads lead to, in lower-case hexadecimal. */
  rootFingerprint: string;
  /** The state now; `reset` puts a new one in its place. */
  readonly world: World;
  /** What arrived, oldest first: of all services, or of one. */
  readonly requests: RecordedRequest[];
  requestsTo(service: ServiceName): RecordedRequest[];
  faults: Faults;
  /** Makes notifications of the App Store Server and sends them. */
  notifications: Outbox;
  /** Makes events of App Store Connect and has its webhooks send them. */
  webhooks: WebhookSender;
  /** Makes Adjust's callbacks and sends them. */
  callbacks: CallbackSender;
  /** Accepts other keys from now on, as after a rotation. */
  setKeys(keys: SimulatorKeys): void;
  /** Forgets faults and requests and restores the default world. */
  reset(): void;
  /** Connections open to a service now. */
  openSockets(service: ServiceName): number;
  close(): Promise<void>;
}

function withClock(runtime: Runtime, now: (() => number) | undefined): Runtime {
  if (now === undefined) return runtime;
  return { now, random: () => runtime.random(), sleep: (ms, signal) => runtime.sleep(ms, signal) };
}

/** Enough for every request of a test, few enough for 100,000 calls of a benchmark. */
const defaultKeep = 10_000;

/**
 * Starts all four services, each on an origin of its own.
 *
 * @example
 * const { keys, vault } = makeDemoKeys();
 * const simulator = await startSimulator({ keys });
 * simulator.faults.add({ service: "appStoreConnect", fault: { kind: "status", status: 503 } });
 * await simulator.close();
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const runtime = withClock(options.runtime ?? systemRuntime, options.now);
  let world = options.world ?? createWorld(runtime.now());
  let keys = options.keys;
  const requestLog = createRequestLog(options.keepRequests ?? defaultKeep);
  const faults = createFaults();
  const authority = await makeAuthority();
  const sign = await createPayloadSigner(authority);
  const notifications = createOutbox({ world: () => world, authority, sign, runtime });
  const webhooks = createWebhookSender({ world: () => world, runtime });
  const callbacks = createCallbackSender({ world: () => world, runtime });
  const stopSending = () => {
    for (const sender of [notifications, webhooks, callbacks]) sender.stop();
  };
  const services: Record<ServiceName, Service> = {
    appStoreConnect: createAppStoreConnect(
      () => world,
      () => keys,
      webhooks,
    ),
    appStoreServer: createAppStoreServer(
      "production",
      () => world,
      () => keys,
      sign,
      notifications,
    ),
    appStoreServerSandbox: createAppStoreServer(
      "sandbox",
      () => world,
      () => keys,
      sign,
      notifications,
    ),
    adjust: createAdjust(
      () => world,
      () => keys,
      callbacks,
    ),
  };
  const start = async (name: ServiceName): Promise<RunningServer> =>
    startServer(
      {
        name,
        service: services[name],
        runtime,
        takeFaults: faults.take,
        record: requestLog.add,
        log: options.log ?? (() => {}),
      },
      options.ports?.[name] ?? 0,
    );
  const reset = () => {
    faults.clear();
    requestLog.requests.length = 0;
    stopSending();
    world = createWorld(runtime.now());
  };
  const servers: Record<ServiceName, RunningServer> = {
    appStoreConnect: await start("appStoreConnect"),
    appStoreServer: await start("appStoreServer"),
    appStoreServerSandbox: await start("appStoreServerSandbox"),
    adjust: await start("adjust"),
  };
  const controlPort = options.ports?.control;
  const control =
    controlPort === undefined
      ? undefined
      : await startControl(
          {
            faults,
            requests: () => requestLog.requests,
            reset,
            world: () => world,
            now: () => runtime.now(),
            notifications,
            webhooks,
            callbacks,
          },
          controlPort,
        );
  return {
    urls: {
      appStoreConnect: servers.appStoreConnect.origin,
      appStoreServer: servers.appStoreServer.origin,
      appStoreServerSandbox: servers.appStoreServerSandbox.origin,
      adjust: servers.adjust.origin,
      ...(control !== undefined && { control: control.origin }),
    },
    rootFingerprint: authority.fingerprint,
    get world() {
      return world;
    },
    requests: requestLog.requests,
    requestsTo: (service) => requestLog.requests.filter((request) => request.service === service),
    faults,
    notifications,
    webhooks,
    callbacks,
    setKeys(next) {
      keys = next;
    },
    reset,
    openSockets: (service) => servers[service].openSockets(),
    close: async () => {
      stopSending();
      await Promise.all([...serviceNames.map((name) => servers[name].close()), control?.close()]);
    },
  };
}
