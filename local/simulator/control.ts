import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Changed, refundPurchase, renewSubscription } from "./app-store-server/customers.ts";
import { callbackOverview, controlCallbacks } from "./callbacks/control.ts";
import type { CallbackSender } from "./callbacks/sender.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "./core/json.ts";
import type { RecordedRequest } from "./core/requests.ts";
import { readScriptedFault } from "./faults/read.ts";
import type { Faults } from "./faults/registry.ts";
import { controlNotifications, notificationOverview, shownNotification } from "./notifications/control.ts";
import type { Outbox } from "./notifications/outbox.ts";
import { controlWebhooks, webhookOverview } from "./webhooks/control.ts";
import type { WebhookSender } from "./webhooks/sender.ts";
import { priceOverview } from "./world/prices/overview.ts";
import { addProducts } from "./world/prices/products.ts";
import { changePrices } from "./world/prices/read-changes.ts";
import type { World } from "./world/world.ts";

/*
 * The simulator's own server, for demo mode: what tests do through the Simulator object, by curl.
 *
 * POST /simulator/faults   adds a fault: { "service"?, "method"?, "path"?, "skip"?, "times"? (a number or "always"),
 *                          "fault": { "kind": …, … } }, as faults/fault.ts has them; answers { "pending": n }
 * GET /simulator/requests  what the services received, oldest first; tokens are not shown
 * GET /simulator/prices    every app's and product's own prices, with how often they were written
 * POST /simulator/prices   changes them past Apple's rules: { "id", "schedule": null or { "baseTerritory",
 *                          "manualPrices": [{ "territory", "price", "startDate"?, "endDate"? }] }, "codeShift",
 *                          "opaqueIds", "foreign" }, and for all { "sharedAmount": { "territory", "price" } } and
 *                          { "acceptUnproven": true }, as world/prices/state.ts has them
 * POST /simulator/notifications  where notifications of the App Store Server go, and some to send: { "environment"?,
 *                          "bundleId"?, "url"? (of this machine; null: none), "hourMs"? (what an hour of waiting before
 *                          sending again takes), "send"?: { "environment"?, "bundleId"?, "type"?, "subtype"?,
 *                          "productId"?, "transactionId"?, "count"?, "copies"? (at once), "lost"?, "forged"?, "at"? },
 *                          "retry"? (true: all that has not arrived, now) }; answers { "sent": […] } with the attempts
 * GET /simulator/notifications   what was made, by environment, with the attempts
 * POST /simulator/webhooks an event that webhooks of App Store Connect send: { "type"? (absent: a ping), "appId"?,
 *                          "webhookId"?, "attributes"?, "count"?, "copies"? (at once), "lost"?, "forged"? }, or
 *                          { "retry": true }; answers { "sent": […] } with the deliveries
 * GET /simulator/webhooks  every delivery
 * POST /simulator/adjust-callbacks  Adjust's callbacks: { "url"? (of this machine, with {placeholders}; null: none),
 *                          "activityKind"?, "appToken"?, "event"?, "environment"?, "values"? (of placeholders), "at"?,
 *                          "count"?, "copies"? (at once), "lost"?, "forged"?, "retry"? }; answers { "sent": […] }
 * GET /simulator/adjust-callbacks   every callback, with the attempts
 * POST /simulator/products adds in-app purchases to an app: { "appId", "count" }; answers { "ids" }
 * POST /simulator/refunds  refunds a purchase: { "transactionId", "revocationReason"? }
 * POST /simulator/renewals renews a subscription from now on: { "originalTransactionId" }. Both answer the transaction,
 *                          and as "notification" the one that Apple sends of it, with the attempts
 * POST /simulator/reset    takes faults and recorded requests away and restores the default world
 *
 * curl -X POST http://127.0.0.1:PORT/simulator/faults -H 'content-type: application/json' \
 *   -d '{"service":"appStoreConnect","times":2,"fault":{"kind":"status","status":429,"retryAfter":{"seconds":2}}}'
 */

interface ControlParts {
  faults: Faults;
  requests(): readonly RecordedRequest[];
  reset(): void;
  world(): World;
  /** The services' clock, in milliseconds. */
  now(): number;
  notifications: Outbox;
  webhooks: WebhookSender;
  callbacks: CallbackSender;
}

/** A status and a body. */
type Answered = [status: number, json: Json];

/** What a benchmark needs at most, twice. */
const maxProducts = 20_000;

/** Far more than any fault takes. */
const maxBodyBytes = 1_048_576;

function shown(request: RecordedRequest): JsonObject {
  const { authorization, ...headers } = request.headers;
  const hidden = authorization === undefined ? {} : { authorization: `${authorization.split(" ")[0]} …` };
  const plain = Object.entries({ ...headers, ...hidden }).map(([name, value]): [string, Json] => [
    name,
    value ?? null,
  ]);
  return {
    service: request.service,
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(plain),
    body: request.body.toString("utf8"),
    status: request.status ?? null,
    faults: request.faults,
  };
}

function products(value: Json | undefined, world: World): Answered {
  const { appId, count } = isJsonObject(value) ? value : {};
  const { resources } = world.appStoreConnect;
  if (typeof appId !== "string" || resources.get("apps", appId) === undefined)
    return [400, { error: "appId must be the Apple ID of an app." }];
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > maxProducts)
    return [400, { error: `count must be a whole number from 1 to ${maxProducts}.` }];
  return [201, { ids: addProducts(resources, appId, count) }];
}

/** Sends the notification that tells of a change of a purchase, as Apple would. */
async function tell(done: Changed, type: string, outbox: Outbox): Promise<Answered> {
  if (typeof done === "string") return [400, { error: done }];
  const { transaction, environment } = done;
  const { transactionId, bundleId } = transaction;
  const [sent] = await outbox.send({
    environment: environment.name === "Production" ? "production" : "sandbox",
    bundleId,
    type,
    transactionId,
    happened: true,
  });
  return [200, { ...transaction, notification: sent ? shownNotification(sent) : null }];
}

/** What cannot be done as it was asked says so; anything else must be seen. */
function refusal(error: unknown): Answered {
  if (error instanceof RangeError) return [400, { error: error.message }];
  throw error;
}

/** What answers a request, by method and path. */
type Answers = Readonly<Record<string, (body: Json | undefined) => Answered | Promise<Answered>>>;

function answersOf(parts: ControlParts): Answers {
  const { faults, notifications, webhooks, callbacks, world } = parts;
  return {
    "POST /simulator/faults": (body) => {
      const scripted = readScriptedFault(body);
      if (typeof scripted === "string") return [400, { error: scripted }];
      faults.add(scripted);
      return [201, { pending: faults.pending }];
    },
    "GET /simulator/requests": () => [200, { value: parts.requests().map(shown) }],
    "GET /simulator/prices": () => {
      const { prices, resources } = world().appStoreConnect;
      return [200, { value: priceOverview(prices, resources) }];
    },
    "POST /simulator/prices": (body) => {
      const { prices, resources } = world().appStoreConnect;
      const wrong = changePrices(body, prices, resources);
      return wrong === undefined ? [200, {}] : [400, { error: wrong }];
    },
    "POST /simulator/products": (body) => products(body, world()),
    "POST /simulator/refunds": (body) =>
      tell(refundPurchase(world(), body, parts.now()), "REFUND", notifications),
    "POST /simulator/renewals": (body) =>
      tell(renewSubscription(world(), body, parts.now()), "DID_RENEW", notifications),
    "GET /simulator/notifications": () => [200, notificationOverview(world())],
    "POST /simulator/notifications": async (body) => [200, await controlNotifications(body, notifications)],
    "GET /simulator/webhooks": () => [200, webhookOverview(world())],
    "POST /simulator/webhooks": async (body) => [200, await controlWebhooks(body, webhooks)],
    "GET /simulator/adjust-callbacks": () => [200, callbackOverview(world())],
    "POST /simulator/adjust-callbacks": async (body) => [200, await controlCallbacks(body, callbacks)],
    "POST /simulator/reset": () => {
      parts.reset();
      return [200, { pending: 0 }];
    },
  };
}

/** Starts the control server on 127.0.0.1. `port` 0 picks a free one. */
export async function startControl(parts: ControlParts, port: number) {
  const answers = answersOf(parts);

  async function answer(target: string, body: string): Promise<Answered> {
    const found = Object.hasOwn(answers, target) ? answers[target] : undefined;
    return found ? found(parseJson(body)) : [404, { error: `Known are ${Object.keys(answers).join(", ")}.` }];
  }

  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part: string) => {
      body += part;
      if (body.length > maxBodyBytes) request.destroy();
    });
    request.on("end", async () => {
      const [status, json] = await answer(`${request.method} ${request.url}`, body).catch(refusal);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
