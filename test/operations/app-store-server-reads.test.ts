/** What every read of the App Store Server API has in common: environments, credentials, faults. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import type { Relay } from "../support/relay.ts";
import { startRelay } from "../support/relay.ts";

const stillwater = "com.example.stillwater";
const stickers = "com.example.harborkings.stickers";

/** Reads that find the environment out. */
const reads = [
  "GetTransaction",
  "GetSubscriptionStatuses",
  "ListTransactions",
  "ListRefunds",
  "GetAppTransaction",
];

const services = ({ simulator }: Relay) => simulator.requests.map(({ service }) => service);

describe("The environment of a read", () => {
  for (const operation of reads) {
    it(`is the sandbox where production refuses an app that was never released: ${operation}`, async () => {
      await using relay = await startRelay();
      const input = { transactionId: "2000000000003001", bundleId: stickers };
      const { status, json } = await relay.call(operation, { input });
      assert.deepEqual([status, Object(json).environment], [200, "Sandbox"]);
      // A 401 is answered with a fresh token once, before it counts.
      assert.deepEqual(services(relay), ["appStoreServer", "appStoreServer", "appStoreServerSandbox"]);
    });

    it(`is not found out by a fault: ${operation}`, async () => {
      await using relay = await startRelay();
      for (const fault of [
        { kind: "html" },
        { kind: "truncated", contentLength: "right" },
        { kind: "content-type", value: "text/html" },
        { kind: "gzip-bomb", variant: "ratio", expandsTo: 20_000_000 },
      ] as const) {
        relay.simulator.reset();
        relay.simulator.faults.add({ times: Number.POSITIVE_INFINITY, fault });
        const input = { transactionId: "310000000000101", bundleId: stillwater };
        const { status, error } = await relay.call(operation, { input });
        assert.deepEqual(
          [status, error?.code, error?.source],
          [502, "bad_upstream_response", "app-store-server"],
          fault.kind,
        );
        assert.ok(services(relay).every((service) => service === "appStoreServer"));
      }
    });

    it(`says of both where the sandbox is in trouble: ${operation}`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({
        service: "appStoreServerSandbox",
        times: Number.POSITIVE_INFINITY,
        fault: { kind: "status", status: 403 },
      });
      const input = { transactionId: "99", bundleId: stillwater };
      const { status, error } = await relay.call(operation, { input });
      assert.deepEqual([status, error?.code], [404, "not_found"]);
      assert.match(error?.details?.[0]?.message ?? "", /production answered 404, the sandbox 403/);
    });

    it(`is asked again after a passing fault: ${operation}`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "status", status: 500 } });
      relay.simulator.faults.add({
        service: "appStoreServer",
        fault: { kind: "reset", at: "before-headers" },
      });
      const input = { transactionId: "310000000000101", bundleId: stillwater };
      const { status, json } = await relay.call(operation, { input });
      assert.deepEqual([status, Object(json).environment], [200, "Production"]);
      assert.equal(relay.simulator.requests.length, 3);
    });
  }
});

describe("The answers of the App Store Server API", () => {
  /** Paths of objects whose members are not declared, which a flow would have to parse. */
  function undeclared(schema: unknown, place = ""): string[] {
    const { type, properties, items, additionalProperties } = Object(schema);
    if (type === "object" && properties === undefined && additionalProperties) return [place];
    return [
      ...Object.entries(Object(properties)).flatMap(([name, member]) =>
        undeclared(member, `${place}.${name}`),
      ),
      ...(items === undefined ? [] : undeclared(items, `${place}[]`)),
    ];
  }

  it("declare every member that Apple documents", () => {
    const found = catalogue.flatMap((operation) => {
      if (operation.kind === "raw" || !operation.route.startsWith("app-store-server/")) return [];
      return undeclared(operation.output, operation.id);
    });
    // What is decoded may be of any kind, and a request of any path is answered anything.
    assert.deepEqual(found, ["DecodeSignedPayload.payload", "SendAppStoreServerRequest.headers"]);
  });
});

describe("A refusal that only the sandbox can give", () => {
  const sandbox = "2000000000010101";
  const refusals: readonly (readonly [operation: string, code: string, input: object])[] = [
    [
      "GetAppTransaction",
      "4040019",
      { transactionId: "2000000000011001", bundleId: "com.example.harborkings" },
    ],
    [
      "SetAppAccountToken",
      "4000187",
      { originalTransactionId: "2000000000010102", appAccountToken: "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90" },
    ],
    [
      "ExtendRenewalDate",
      "4030004",
      {
        originalTransactionId: "2000000000010201",
        extendByDays: 1,
        extendReasonCode: "Other",
        requestIdentifier: "a",
      },
    ],
    [
      "CancelAdvancedCommerceSubscription",
      "4030015",
      { transactionId: sandbox, requestReferenceId: "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90" },
    ],
  ];
  for (const [operation, code, input] of refusals) {
    it(`is answered, since the sandbox is where the transaction is: ${operation}`, async () => {
      await using relay = await startRelay();
      const { error } = await relay.call(operation, { input: { bundleId: stillwater, ...input } });
      assert.equal(error?.upstream?.code, code);
      assert.match(error?.details?.[0]?.message ?? "", /production answered 4\d\d, the sandbox 4\d\d/);
    });
  }
});

describe("The credential of a read", () => {
  /** A second key, for the app that the first one then does not serve. */
  async function startWithTwo(): Promise<Relay> {
    const relay = await startRelay();
    const known = relay.demo.vault["demo-in-app-purchase"];
    assert.ok(known);
    const { default: _default, ...tags } = known.tags;
    await relay.writeSecret("demo-in-app-purchase", {
      ...known,
      tags: { ...tags, "bundle-ids": "com.example.harborkings", "app-apple-ids": "1480000001" },
    });
    await relay.writeSecret("second", {
      ...known,
      tags: { ...tags, "bundle-ids": stillwater, "app-apple-ids": "1480000002" },
    });
    return relay;
  }

  for (const operation of reads) {
    it(`is the one that serves the app, or the one that is named: ${operation}`, async () => {
      await using relay = await startWithTwo();
      const input = { transactionId: "310000000000101" };
      assert.equal((await relay.call(operation, { input: { ...input, bundleId: stillwater } })).status, 200);
      // A credential of one app tells which is meant.
      assert.equal((await relay.call(operation, { input: { ...input, credential: "second" } })).status, 200);
      const unclear = await relay.call(operation, { input });
      assert.deepEqual([unclear.status, unclear.error?.code], [400, "credential_required"]);
      const other = { ...input, bundleId: stillwater, credential: "demo-in-app-purchase" };
      const refused = await relay.call(operation, { input: other });
      assert.deepEqual([refused.status, refused.error?.source], [400, "relay"]);
    });
  }

  it("stays that of the first page", async () => {
    await using relay = await startWithTwo();
    const input = { transactionId: "310000000000101", credential: "second", limit: 3 };
    const first = Object((await relay.call("ListTransactions", { input })).json);
    const query = new URL(first.nextLink).search.slice(1).replace(/credential=[^&]*&?/, "");
    const { transactionId } = input;
    const next = await relay.call("ListTransactions", { params: { transactionId }, query });
    assert.deepEqual([next.status, Object(next.json).value.length], [200, 1]);
  });
});
