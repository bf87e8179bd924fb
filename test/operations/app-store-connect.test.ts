import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

interface Item {
  id: string;
  name?: string;
}
const listed = ({
  status,
  json,
  error,
}: Answer): { value: Item[]; nextLink?: string; totalCount?: number } => {
  assert.equal(status, 200, JSON.stringify(error));
  return Object(json);
};
const ids = (answer: Answer) => listed(answer).value.map(({ id }) => id);
function rename(relay: Relay, id: string, name: string): void {
  const app = relay.simulator.world.appStoreConnect.resources.get("apps", id) ?? assert.fail();
  app.attributes = { ...app.attributes, name };
}

describe("ListApps and GetApp", () => {
  const harborKings = {
    id: "1480000001",
    name: "Harbor Kings",
    bundleId: "com.example.harborkings",
    sku: "HARBOR-KINGS-1",
    primaryLocale: "en-US",
    isOrEverWasMadeForKids: false,
    contentRightsDeclaration: "DOES_NOT_USE_THIRD_PARTY_CONTENT",
    streamlinedPurchasingEnabled: true,
  };

  it("answer flat apps, without what is null, without relationships and links", async () => {
    await using relay = await startRelay();
    const answer = await relay.call("ListApps", { input: { bundleId: "com.example.harborkings" } });
    assert.deepEqual(answer.json, { value: [harborKings], totalCount: 1 });
    assert.deepEqual((await relay.call("GetApp", { input: { appId: "1480000001" } })).json, harborKings);
    assert.deepEqual(
      relay.simulator.requests.map(({ url }) => url),
      ["/v1/apps?filter%5BbundleId%5D=com.example.harborkings&limit=50", "/v1/apps/1480000001"],
    );
  });

  it("filter exactly, case included, though Apple's filters match more", async () => {
    await using relay = await startRelay();
    const rows: readonly [input: Record<string, unknown>, expected: string[]][] = [
      [{}, ["1480000001", "1480000002", "1480000003"]],
      // Begins two bundle IDs and two names at Apple's end.
      [{ bundleId: "com.example.harborkings" }, ["1480000001"]],
      [{ name: "Harbor Kings" }, ["1480000001"]],
      [{ name: "harbor kings" }, []],
      [{ bundleId: "COM.example.harborkings" }, []],
      [{ sku: "HARBOR" }, []],
      [{ sku: "STILLWATER-1" }, ["1480000002"]],
      [{ sku: "STILLWATER-1", name: "Harbor Kings" }, []],
      [{ name: null, bundleId: "", sku: null }, ["1480000001", "1480000002", "1480000003"]],
    ];
    for (const [input, expected] of rows) {
      const answer = await relay.call("ListApps", { query: queryOf(input) });
      assert.deepEqual(ids(answer), expected, JSON.stringify(input));
    }
  });

  it("find a name with a comma, which Apple would read as two", async () => {
    await using relay = await startRelay();
    rename(relay, "1480000002", 'Rain, Forest & 100% "Sleep"');
    const answer = await relay.call("ListApps", { input: { name: 'Rain, Forest & 100% "Sleep"' } });
    assert.deepEqual(ids(answer), ["1480000002"]);
    assert.ok(!relay.simulator.requests[0]?.url.includes("filter"));
    rename(relay, "1480000003", "Rain");
    assert.deepEqual(ids(await relay.call("ListApps", { input: { name: "Rain" } })), ["1480000003"]);
  });

  it("give no total that counts what is not there", async () => {
    await using relay = await startRelay();
    const first = listed(await relay.call("ListApps", { input: { name: "Harbor Kings", limit: 1 } }));
    assert.deepEqual(Object.keys(first), ["value", "nextLink"]);
    const cursor = new URL(first.nextLink ?? "").searchParams.get("cursor");
    const second = listed(
      await relay.call("ListApps", { input: { name: "Harbor Kings", limit: 1, cursor } }),
    );
    assert.deepEqual(second, { value: [] });
    assert.equal(listed(await relay.call("ListApps", { input: { name: "Harbor Kings" } })).totalCount, 1);
  });

  for (const appId of ["9999999999", "10000"]) {
    it(`answer 404 for the app ${appId}, with Apple's code`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("GetApp", { input: { appId } });
      assert.deepEqual(
        [status, error?.code, error?.source, error?.outcome],
        [404, "not_found", "app-store-connect", "none"],
      );
      assert.deepEqual([error?.upstream?.status, error?.upstream?.code], [404, "NOT_FOUND"]);
    });
  }

  for (const appId of [
    "",
    "0",
    "1234",
    "01480000001",
    "1480000001a",
    "../1480000001",
    "1".repeat(16),
    " 1480000001",
  ]) {
    it(`refuse ${JSON.stringify(appId)} for an Apple ID`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("GetApp", { params: { appId } });
      assert.deepEqual([status, error?.code, error?.details?.[0]?.field], [400, "invalid_input", "appId"]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});

function queryOf(input: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, String(value ?? "")]));
}

describe("ListInAppPurchases", () => {
  const input = { appId: "1480000001" };

  it("answers flat in-app purchases", async () => {
    await using relay = await startRelay();
    const { json } = await relay.call("ListInAppPurchases", { input: { ...input, limit: 1 } });
    assert.deepEqual(Object(json).value, [
      {
        id: "6700000001",
        state: "APPROVED",
        familySharable: false,
        contentHosting: false,
        name: "50 Gems",
        productId: "com.example.harborkings.gems.1",
        inAppPurchaseType: "CONSUMABLE",
        reviewNote: "Shown in the harbor shop.",
      },
    ]);
    assert.equal(Object(json).totalCount, 240);
  });

  it("filters exactly by product ID, name, state and type", async () => {
    await using relay = await startRelay();
    const count = async (filters: Record<string, string>) =>
      ids(await relay.call("ListInAppPurchases", { input: { ...input, limit: 200, ...filters } })).length;
    assert.equal(await count({ productId: "com.example.harborkings.gems.1" }), 1);
    assert.equal(await count({ productId: "com.example.harborkings.gems" }), 0);
    assert.equal(await count({ name: "Ship 1" }), 1);
    assert.equal(await count({ state: "READY_TO_SUBMIT" }), 4);
    assert.equal(await count({ inAppPurchaseType: "NON_CONSUMABLE" }), 60);
    assert.equal(await count({ inAppPurchaseType: "NON_CONSUMABLE", name: "50 Gems" }), 0);
  });

  it("passes on what Apple says of a state that it does not have", async () => {
    await using relay = await startRelay();
    const { status, error } = await relay.call("ListInAppPurchases", {
      input: { ...input, state: "SOLD_OUT" },
    });
    assert.deepEqual([status, error?.code, error?.upstream?.status], [422, "rejected", 400]);
    assert.match(error?.message ?? "", /SOLD_OUT/);
    assert.equal(error?.details?.[0]?.field, "filter[state]");
  });
});

describe("ListTerritories and the look-ups", () => {
  it("answer all 175 territories", async () => {
    await using relay = await startRelay();
    const { value, totalCount } = listed(await relay.call("ListTerritories", { input: { limit: 200 } }));
    assert.equal(value.length, 175);
    assert.equal(totalCount, 175);
    assert.deepEqual(value[0], { id: "AFG", currency: "USD" });
    const lookedUp = listed(await relay.call("LookUpTerritories"));
    assert.deepEqual(Object.keys(lookedUp), ["value"]);
    assert.equal(lookedUp.value.length, 175);
    assert.deepEqual(lookedUp.value[0], { id: "AFG", title: "AFG (USD)" });
  });

  it("answer the apps in the order of their titles, asked for by name and bundle ID only", async () => {
    await using relay = await startRelay();
    assert.deepEqual((await relay.call("LookUpApps")).json, {
      value: [
        { id: "1480000001", title: "Harbor Kings (com.example.harborkings)" },
        { id: "1480000003", title: "Harbor Kings Stickers (com.example.harborkings.stickers)" },
        { id: "1480000002", title: "Stillwater: Meditation (com.example.stillwater)" },
      ],
    });
    assert.equal(relay.simulator.requests[0]?.url, "/v1/apps?fields%5Bapps%5D=name%2CbundleId&limit=200");
  });

  it("take no limit", async () => {
    await using relay = await startRelay();
    const { status, error } = await relay.call("LookUpApps", { query: { limit: "5" } });
    assert.deepEqual([status, error?.details?.[0]?.field], [400, "limit"]);
  });
});

describe("Refusals of App Store Connect", () => {
  it("403 is upstream_forbidden, and the hint names the role", async () => {
    await using relay = await startRelay();
    const { status, error } = await relay.call("SendAppStoreConnectRequest", {
      input: { method: "GET", path: "v1/users" },
    });
    assert.deepEqual([status, error?.code, error?.retryable], [403, "upstream_forbidden", false]);
    assert.match(error?.hint ?? "", /role/);
  });

  it("403 for a missing agreement names the Account Holder", async () => {
    await using relay = await startRelay();
    relay.simulator.world.appStoreConnect.agreementMissing = true;
    const { status, error } = await relay.call("ListApps");
    assert.deepEqual([status, error?.code], [403, "upstream_forbidden"]);
    assert.equal(error?.upstream?.code, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED");
    assert.match(error?.hint ?? "", /Account Holder/);
  });

  for (const [upstream, status] of [
    [400, 422],
    [409, 409],
    [422, 422],
  ] as const) {
    it(`${upstream} is ${status} rejected, with Apple's own code, text and pointer`, async () => {
      await using relay = await startRelay();
      const errors = [
        {
          code: "ENTITY_ERROR.ATTRIBUTE.INVALID",
          title: "Invalid",
          detail: "The name is taken.",
          source: { pointer: "/data/attributes/name" },
        },
        { code: "ENTITY_ERROR.OTHER", detail: "And another." },
      ];
      relay.simulator.faults.add({ fault: { kind: "status", status: upstream, body: { errors } } });
      const { status: answered, error } = await relay.call("GetApp", { input: { appId: "1480000001" } });
      assert.deepEqual([answered, error?.code, error?.outcome], [status, "rejected", "none"]);
      assert.deepEqual(error?.upstream, {
        status: upstream,
        code: "ENTITY_ERROR.ATTRIBUTE.INVALID",
        message: "The name is taken.",
      });
      assert.deepEqual(error?.details, [
        { field: "/data/attributes/name", message: "The name is taken." },
        { field: "ENTITY_ERROR.OTHER", message: "And another." },
      ]);
    });
  }

  it("never repeat a secret or a token that the service says back", async () => {
    await using relay = await startRelay();
    await relay.call("ListApps");
    const token =
      /^Bearer (.+)$/.exec(relay.simulator.requests[0]?.headers.authorization ?? "")?.[1] ?? assert.fail();
    const pem = relay.demo.vault["demo-team"]?.value ?? assert.fail();
    const errors = [{ code: "X", detail: `You sent ${token} and ${pem}`, source: { pointer: `/${token}` } }];
    relay.simulator.faults.add({ fault: { kind: "status", status: 409, body: { errors } } });
    const { text, error } = await relay.call("ListApps");
    assert.equal(error?.upstream?.code, "X");
    assert.match(error?.message ?? "", /You sent \[redacted\] and \[redacted\]/);
    assert.ok(!text.includes(token) && !text.includes(token.split(".")[2] ?? token));
  });
});
