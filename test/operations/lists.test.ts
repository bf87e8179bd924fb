/** Paging, on each list, from the first page to the last. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import { writeCursor } from "../../functions/cursor.ts";
import { fanOut } from "../../functions/events/fan-out.ts";
import { eventKey } from "../../functions/events/id.ts";
import { createWorker } from "../../functions/jobs/worker.ts";
import { makeDemoKeys } from "../../local/simulator/index.ts";
import { noTraits, refund } from "../events/support.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

interface List {
  value: Record<string, unknown>[];
  nextLink?: string;
  totalCount?: number;
}
function listed({ status, json, error }: Answer): List {
  assert.equal(status, 200, JSON.stringify(error));
  return Object(json);
}

const lists: readonly [operation: string, input: Record<string, string>, limit: number, total: number][] = [
  ["ListApps", {}, 2, 3],
  ["ListInAppPurchases", { appId: "1480000001" }, 100, 240],
  ["ListSubscriptions", { appId: "1480000002" }, 2, 3],
  ["ListTerritories", {}, 50, 175],
  ["ListPricePoints", { app: "1480000002", territory: "USA" }, 200, 898],
  ["ListPricePlanItems", {}, 2, 5],
  ["ListPricePlanRows", {}, 2, 5],
  ["ListTransactions", { transactionId: "300000000001001", bundleId: "com.example.harborkings" }, 7, 45],
  ["ListRefunds", { transactionId: "310000000001047", bundleId: "com.example.harborkings" }, 15, 45],
  [
    "ListNotificationHistory",
    {
      bundleId: "com.example.stillwater",
      environment: "Production",
      startDate: new Date(Date.now() - 60_000).toISOString(),
    },
    30,
    45,
  ],
  ["ListRetentionImages", {}, 2, 5],
  ["ListRetentionMessages", {}, 2, 5],
  ["ListAdjustApps", {}, 2, 3],
  ["ListAdjustLinks", { appToken: "hk1ios2game3" }, 2, 5],
  ["ListJobs", {}, 2, 5],
  ["ListJobItems", {}, 2, 5],
  ["ListEventSubscriptions", {}, 2, 5],
  ["ListEventDeliveries", {}, 2, 5],
  ["ListEvents", {}, 2, 5],
  ["ListAppStoreConnectWebhooks", { appId: "1480000001" }, 2, 5],
  ["ListCredentials", {}, 3, 8],
];

/** What is there to be listed only once somebody has made it, and the input that leads to it. */
async function prepare(relay: Relay, operation: string): Promise<Record<string, string>> {
  const start = async (rows: number) => {
    const apps = Array.from({ length: rows }, (_, number) => ({ name: `Nameless ${number}` }));
    const { json } = await relay.call("CreateOrUpdateAdjustApps", { body: { apps } });
    const jobId = String(Object(json).jobId);
    await createWorker({ services: relay.services, log: () => {} }).run({ job: jobId, sent: Date.now() });
    return jobId;
  };
  if (operation.startsWith("ListPricePlan")) {
    const changes = Array.from({ length: 5 }, (_, number) => ({
      app: "com.example.harborkings",
      product: `com.example.harborkings.gems.${number + 5}`,
      price: 0.49,
    }));
    const { json } = await relay.call("PlanPriceChanges", { body: { changes } });
    return { planId: String(Object(json).planId) };
  }
  if (operation === "ListNotificationHistory") {
    const bundleId = "com.example.stillwater";
    const wish = { environment: "production", bundleId, type: "REFUND", lost: true, count: 45 } as const;
    await relay.simulator.notifications.send({ ...wish, at: Date.now() - 1_000 });
  }
  if (operation.startsWith("ListRetention")) {
    const { images, messages } = relay.simulator.world.appStoreServer.sandbox.writes.retention;
    for (let number = 0; number < 5; number += 1) {
      images.set(`com.example.stillwater ${number}`, { size: "FULL_SIZE", state: "APPROVED" });
      messages.set(`com.example.stillwater ${number}`, { body: {}, state: "APPROVED" });
    }
    return { bundleId: "com.example.stillwater", environment: "Sandbox" };
  }
  if (operation.startsWith("ListEvent")) return events(relay, operation);
  if (operation === "ListAppStoreConnectWebhooks") {
    for (let number = 1; number <= 5; number += 1) {
      const attributes = { name: `Hook ${number}`, url: `https://example.com/${number}`, enabled: true };
      const relationships = { app: "1480000001" };
      const { resources } = relay.simulator.world.appStoreConnect;
      resources.put({ type: "webhooks", id: `hook-${number}`, attributes, relationships });
    }
  }
  if (operation === "ListJobs") for (let jobs = 0; jobs < 5; jobs += 1) await start(1);
  return operation === "ListJobItems" ? { jobId: await start(5) } : {};
}

/** Five events, of which a flow has heard, or five flows. */
async function events(relay: Relay, operation: string): Promise<Record<string, string>> {
  const { services } = relay;
  const flows = operation === "ListEventSubscriptions" ? 5 : 1;
  let subscriptionId = "";
  for (let flow = 0; flow < flows; flow += 1) {
    const notificationUrl = `https://prod-00.westeurope.logic.azure.com/workflows/${flow}`;
    const { json } = await relay.call("SubscribeToAppStoreNotifications", { input: { notificationUrl } });
    subscriptionId = String(Object(json).subscriptionId);
  }
  for (let number = 0; number < 5; number += 1) {
    const event = refund({ id: `event-${number}`, occurredAt: new Date(Date.now() - number).toISOString() });
    await services.events.receive(event, noTraits);
    const kept = await services.events.read(eventKey(event));
    if (kept) await fanOut(services, kept);
  }
  return operation === "ListEventDeliveries" ? { subscriptionId } : {};
}

/** Lists whose service does not say how many there are. */
const uncounted = new Set([
  "ListTransactions",
  "ListRefunds",
  "ListNotificationHistory",
  "ListAdjustLinks",
  "ListJobs",
  "ListJobItems",
  "ListEventSubscriptions",
  "ListEventDeliveries",
  "ListEvents",
  "ListPricePlanItems",
  "ListPricePlanRows",
]);

/** Follows a `nextLink` the way a flow engine does: as it is, knowing nothing of what stands in it. */
function follow(relay: Relay, operation: string, link: string, route: string): Promise<Answer> {
  const url = new URL(link);
  assert.equal(url.origin, "https://relay.example.com");
  assert.equal(url.pathname, `/api/${route}`);
  const template = routeTemplate(operation).split("/");
  const segments = url.pathname.slice("/api/".length).split("/");
  const params = template.flatMap((part, index): [string, string][] =>
    part.startsWith("{") ? [[part.slice(1, -1), segments[index] ?? ""]] : [],
  );
  return relay.call(operation, { query: url.search.slice(1), params: Object.fromEntries(params) });
}

const publicOrigin = "https://relay.example.com";
const routeTemplate = (operation: string) => catalogue.find(({ id }) => id === operation)?.route ?? "";
const routeOf = (operation: string, input: Record<string, string>) =>
  routeTemplate(operation).replace(/\{(\w+)\}/g, (_match, name: string) => input[name] ?? "");

describe("Every list", () => {
  it("is here", () => {
    const pageable = catalogue.flatMap((operation) =>
      operation.kind === "typed" && operation.pageable ? operation.id : [],
    );
    assert.deepEqual(lists.map(([operation]) => operation).sort(), pageable.sort());
  });

  for (const [operation, fixed, limit, total] of lists) {
    it(`pages to its end, each item once: ${operation}`, async () => {
      await using relay = await startRelay({ publicOrigin });
      const input = { ...fixed, ...(await prepare(relay, operation)) };
      const whole = listed(await relay.call(operation, { input: { ...input, limit: 200 } }));
      const seen: unknown[] = [];
      let page = listed(await relay.call(operation, { input: { ...input, limit } }));
      for (let pages = 1; ; pages += 1) {
        assert.equal(page.totalCount, uncounted.has(operation) ? undefined : total);
        seen.push(...page.value);
        if (page.nextLink === undefined) {
          assert.equal(pages, Math.ceil(total / limit));
          break;
        }
        assert.equal(page.value.length, limit);
        assert.equal(new URL(page.nextLink).searchParams.get("limit"), String(limit));
        page = listed(await follow(relay, operation, page.nextLink, routeOf(operation, input)));
      }
      assert.equal(seen.length, total);
      if (whole.nextLink === undefined) assert.deepEqual(seen, whole.value);
    });

    it(`has 50 items a page unless told otherwise, and 1 to 200: ${operation}`, async () => {
      await using relay = await startRelay();
      const input = { ...fixed, ...(await prepare(relay, operation)) };
      assert.equal(listed(await relay.call(operation, { input })).value.length, Math.min(50, total));
      assert.equal(listed(await relay.call(operation, { input: { ...input, limit: 1 } })).value.length, 1);
      for (const limit of ["0", "201", "-1", "1.5", "ten"]) {
        const { status, error } = await relay.call(operation, { input: { ...input, limit } });
        assert.deepEqual([status, error?.details?.map(({ field }) => field)], [400, ["limit"]], limit);
      }
    });

    const foreign = lists.find(([other]) => other !== operation)?.[0] ?? "";
    const hostile: readonly [what: string, cursor: string][] = [
      ["of another operation", writeCursor({ operation: foreign, position: "2" })],
      ["that is cut", writeCursor({ operation, position: "AQ.MjAwLmFiYw" }).slice(0, -4)],
      ["of junk", "AAAA"],
      ["of a character that no cursor has", "%2e%2e/"],
      [
        "with another environment",
        Buffer.from(JSON.stringify([operation, null, "Moon", "1"])).toString("base64url"),
      ],
      [
        "with a credential that is no name",
        Buffer.from(JSON.stringify([operation, "../x", null, "1"])).toString("base64url"),
      ],
    ];
    for (const [what, cursor] of hostile) {
      it(`refuses a cursor ${what}, and asks nobody: ${operation}`, async () => {
        await using relay = await startRelay();
        const input = { ...fixed, ...(await prepare(relay, operation)) };
        relay.simulator.requests.length = 0;
        const { status, error } = await relay.call(operation, { input: { ...input, cursor } });
        assert.deepEqual([status, error?.code, error?.details?.[0]?.field], [400, "invalid_input", "cursor"]);
        assert.equal(relay.simulator.requests.length, 0);
      });
    }

    it(`does not begin anew for a position that is not its own: ${operation}`, async () => {
      await using relay = await startRelay();
      const input = { ...fixed, ...(await prepare(relay, operation)) };
      const cursor = writeCursor({ operation, position: "AQ.bm90aGluZw" });
      const { status, error } = await relay.call(operation, { input: { ...input, cursor } });
      // Apple's own cursors are Apple's to refuse.
      assert.ok(error?.code === "invalid_input" || error?.code === "rejected", `${status} ${error?.code}`);
      assert.ok(status === 400 || status === 422);
    });
  }
});

describe("A nextLink", () => {
  it("repeats the caller's own query, and never a key", async () => {
    await using relay = await startRelay({ publicOrigin });
    const query = {
      code: "the-function-key",
      clientId: "x",
      limit: "1",
      inAppPurchaseType: "NON_CONSUMABLE",
      state: "",
      credential: "demo-individual",
    };
    const { nextLink } = listed(
      await relay.call("ListInAppPurchases", { input: { appId: "1480000001" }, query }),
    );
    const url = new URL(nextLink ?? "");
    assert.equal(url.pathname, "/api/app-store-connect/apps/1480000001/in-app-purchases");
    assert.deepEqual([...url.searchParams.keys()].sort(), [
      "credential",
      "cursor",
      "inAppPurchaseType",
      "limit",
    ]);
    assert.deepEqual(
      [url.searchParams.get("inAppPurchaseType"), url.searchParams.get("credential")],
      ["NON_CONSUMABLE", "demo-individual"],
    );
    assert.ok(
      !JSON.stringify(Buffer.from(url.searchParams.get("cursor") ?? "", "base64url").toString()).includes(
        "key",
      ),
    );
  });

  it("begins with the origin of the request where no public one is set", async () => {
    await using relay = await startRelay();
    const { nextLink } = listed(
      await relay.call("ListApps", { input: { limit: 1 }, origin: "http://127.0.0.1:7071" }),
    );
    assert.ok(nextLink?.startsWith("http://127.0.0.1:7071/api/app-store-connect/apps?"));
  });

  it("stays with the credential of the first page, whatever has become the default", async () => {
    const demo = makeDemoKeys();
    await using relay = await startRelay({ demo });
    const first = listed(await relay.call("ListApps", { input: { limit: 1 } }));
    const [team, individual] = [demo.vault["demo-team"], demo.vault["demo-individual"]];
    assert.ok(team && individual);
    await relay.writeSecret("demo-team", { ...team, tags: { ...team.tags, default: "false" } });
    await relay.writeSecret("demo-individual", {
      ...individual,
      tags: { ...individual.tags, default: "true" },
    });
    const search = new URL(first.nextLink ?? "").search.slice(1);
    assert.equal((await relay.call("ListApps", { query: search })).status, 200);
    const keyIds = relay.simulator.requests.map(({ headers }) => {
      const [header = ""] = (headers.authorization ?? "").slice("Bearer ".length).split(".");
      return Object(JSON.parse(Buffer.from(header, "base64url").toString())).kid;
    });
    assert.deepEqual(keyIds, ["DEMOTEAM01", "DEMOTEAM01"]);
    const named = await relay.call("ListApps", { query: `${search}&credential=demo-individual` });
    assert.deepEqual([named.status, named.error?.details?.[0]?.field], [400, "credential"]);
  });

  it("of a filter goes on with the filter", async () => {
    await using relay = await startRelay({ publicOrigin });
    const seen: unknown[] = [];
    const input = { appId: "1480000001", inAppPurchaseType: "NON_RENEWING_SUBSCRIPTION" };
    let page = listed(await relay.call("ListInAppPurchases", { input: { ...input, limit: 7 } }));
    while (page.nextLink !== undefined) {
      seen.push(...page.value);
      page = listed(
        await follow(relay, "ListInAppPurchases", page.nextLink, routeOf("ListInAppPurchases", input)),
      );
    }
    seen.push(...page.value);
    assert.equal(seen.length, 20);
  });

  for (const to of ["other-host", "userinfo", "other-route"] as const) {
    it(`is never made from a link to ${to}`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({ fault: { kind: "next-link", to } });
      const { status, error, text } = await relay.call("ListApps", { input: { limit: 1 } });
      assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
      assert.ok(!text.includes("evil"));
    });
  }
});
