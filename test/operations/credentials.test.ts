/** Which credential a call uses, and what callers may learn of credentials. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeDemoKeys, type VaultDocument } from "../../local/simulator/index.ts";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";

/** Starts with a vault that holds these secrets and no others. */
function startWith(
  change: (vault: Record<string, VaultDocument>) => Record<string, VaultDocument | undefined>,
): Promise<Relay> {
  const demo = makeDemoKeys();
  const vault = Object.fromEntries(
    Object.entries(change(demo.vault)).flatMap(([name, document]) => (document ? [[name, document]] : [])),
  );
  return startRelay({ demo: { ...demo, vault } });
}

function without(document: VaultDocument | undefined, ...tags: string[]): VaultDocument {
  assert.ok(document);
  return {
    ...document,
    tags: Object.fromEntries(Object.entries(document.tags).filter(([name]) => !tags.includes(name))),
  };
}
function withTags(document: VaultDocument | undefined, tags: Record<string, string>): VaultDocument {
  assert.ok(document);
  return { ...document, tags: { ...document.tags, ...tags } };
}

/** Key ID and claims of the last token that reached a service. */
function lastToken(relay: Relay): Record<string, unknown> {
  const [header = "", claims = ""] = (relay.simulator.requests.at(-1)?.headers.authorization ?? "")
    .slice("Bearer ".length)
    .split(".");
  const read = (part: string) => Object(JSON.parse(Buffer.from(part, "base64url").toString()));
  return { ...read(header), ...read(claims) };
}

const subscriptions: CallFacts = {
  input: { method: "GET", path: "inApps/v1/subscriptions/300000000000001" },
};
const raw = { params: { path: "v1/apps" } };

describe("Without a name", () => {
  it("the default one is used", async () => {
    await using relay = await startRelay();
    assert.equal((await relay.call("ListApps")).status, 200);
    assert.equal(lastToken(relay).kid, "DEMOTEAM01");
  });

  it("the only one is used, default or not, of either kind", async () => {
    await using relay = await startWith((vault) => ({ "demo-individual": vault["demo-individual"] }));
    assert.equal((await relay.call("ListApps")).status, 200);
    const { kid, sub, iss } = lastToken(relay);
    assert.deepEqual([kid, sub, iss], ["DEMOSELF01", "user", undefined]);
  });

  for (const [operation, facts] of [
    ["ListApps", {}],
    ["SendAppStoreConnectRequest", { input: { method: "GET", path: "v1/apps" } }],
    ["RelayReadAppStoreConnect", raw],
  ] as const) {
    it(`of several without a default ${operation} asks for one and lists the names`, async () => {
      await using relay = await startWith((vault) => ({
        ...vault,
        "demo-team": without(vault["demo-team"], "default"),
      }));
      const { status, error } = await relay.call(operation, facts);
      assert.deepEqual([status, error?.code], [400, "credential_required"]);
      assert.match(error?.message ?? "", /demo-individual, demo-team/);
      assert.equal(error?.details?.[0]?.field, "credential");
      assert.ok(!error?.message.includes("demo-adjust"));
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  it("of several defaults none is guessed", async () => {
    await using relay = await startWith((vault) => ({
      ...vault,
      "demo-individual": withTags(vault["demo-individual"], { default: "true" }),
    }));
    assert.equal((await relay.call("ListApps")).error?.code, "credential_required");
  });

  it("of none there is nothing to choose", async () => {
    await using relay = await startWith((vault) => ({ "demo-adjust": vault["demo-adjust"] }));
    const { status, error } = await relay.call("ListApps");
    assert.deepEqual([status, error?.code], [400, "credential_required"]);
    assert.match(error?.message ?? "", /no usable credential/);
  });

  it("a disabled or expired one does not count", async () => {
    await using relay = await startWith((vault) => ({
      ...vault,
      "demo-team": { ...without(vault["demo-team"]), enabled: false },
    }));
    assert.equal((await relay.call("ListApps")).status, 200);
    assert.equal(lastToken(relay).kid, "DEMOSELF01");
  });
});

describe("By name", () => {
  it("any of the right kind is used, and named by header on a raw relay", async () => {
    await using relay = await startRelay();
    await relay.call("ListApps", { query: { credential: "demo-individual" } });
    assert.equal(lastToken(relay).kid, "DEMOSELF01");
    await relay.call("RelayReadAppStoreConnect", { ...raw, query: { credential: "demo-individual" } });
    assert.equal(lastToken(relay).kid, "DEMOSELF01");
    await relay.call("RelayReadAppStoreConnect", {
      ...raw,
      headers: { "x-relay-credential": "demo-individual" },
    });
    assert.equal(lastToken(relay).kid, "DEMOSELF01");
    const both = await relay.call("RelayReadAppStoreConnect", {
      ...raw,
      query: { credential: "demo-team" },
      headers: { "x-relay-credential": "demo-individual" },
    });
    assert.deepEqual(
      [both.status, both.error?.details?.[0]?.field, both.headers["x-relay-error"]],
      [400, "credential", "invalid_input"],
    );
    assert.ok(
      relay.simulator.requests.every(
        ({ url, headers }) => !url.includes("credential") && headers["x-relay-credential"] === undefined,
      ),
    );
  });

  it("what is unknown, disabled, expired, broken or of another kind is answered alike, byte for byte", async () => {
    await using relay = await startWith((vault) => ({
      ...vault,
      disabled: { ...without(vault["demo-team"]), enabled: false },
      expired: { ...without(vault["demo-team"]), expiresOn: "2020-01-01T00:00:00Z" },
      tagless: without(vault["demo-team"], "kind"),
      keyless: without(vault["demo-team"], "key-id"),
    }));
    const answers = new Set<string>();
    for (const credential of [
      "nobody",
      "disabled",
      "expired",
      "tagless",
      "keyless",
      "demo-adjust",
      "demo-in-app-purchase",
    ]) {
      const { status, error } = await relay.call("ListApps", { query: { credential } });
      assert.deepEqual([status, error?.code], [400, "credential_unavailable"], credential);
      answers.add(JSON.stringify({ ...error, correlationId: "" }));
    }
    assert.equal(answers.size, 1);
    assert.ok(![...answers].join().includes("nobody"));
    assert.equal(relay.simulator.requests.length, 0);
  });
});

describe("For an app at the App Store Server API", () => {
  it("the bundle ID stands in the token", async () => {
    await using relay = await startRelay();
    const { status } = await relay.call("SendAppStoreServerRequest", {
      input: { ...subscriptions.input, bundleId: "com.example.stillwater" },
    });
    assert.equal(status, 200);
    assert.equal(lastToken(relay).bid, "com.example.stillwater");
  });

  it("may be left out where the key serves one app", async () => {
    await using relay = await startWith((vault) => ({
      "demo-in-app-purchase": withTags(without(vault["demo-in-app-purchase"], "app-apple-ids"), {
        "bundle-ids": "com.example.stillwater",
      }),
    }));
    assert.equal((await relay.call("SendAppStoreServerRequest", subscriptions)).status, 200);
    assert.equal(lastToken(relay).bid, "com.example.stillwater");
  });

  it("must be named where the key serves several, and they are listed", async () => {
    await using relay = await startRelay();
    for (const answer of [
      await relay.call("SendAppStoreServerRequest", subscriptions),
      await relay.call("RelayReadAppStoreServer", {
        params: { environment: "production", path: "inApps/v1/subscriptions/300000000000001" },
      }),
    ]) {
      assert.deepEqual(
        [answer.status, answer.error?.code, answer.error?.details?.[0]?.field],
        [400, "credential_required", "bundleId"],
      );
      assert.match(
        answer.error?.details?.[0]?.message ?? "",
        /com\.example\.harborkings, com\.example\.stillwater/,
      );
    }
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("chooses among keys of several apps", async () => {
    await using relay = await startWith((vault) => {
      const key = without(vault["demo-in-app-purchase"], "app-apple-ids", "default");
      return {
        harbor: withTags(key, { "bundle-ids": "com.example.harborkings" }),
        still: withTags(key, { "bundle-ids": "com.example.stillwater" }),
      };
    });
    for (const bundleId of ["com.example.stillwater", "com.example.harborkings"]) {
      await relay.call("SendAppStoreServerRequest", { input: { ...subscriptions.input, bundleId } });
      assert.equal(lastToken(relay).bid, bundleId);
    }
    assert.equal(
      (await relay.call("SendAppStoreServerRequest", subscriptions)).error?.code,
      "credential_required",
    );
  });

  it("that no key serves is refused, named key or not", async () => {
    await using relay = await startRelay();
    const input = { ...subscriptions.input, bundleId: "com.example.foreign" };
    assert.equal(
      (await relay.call("SendAppStoreServerRequest", { input })).error?.code,
      "credential_required",
    );
    const named = await relay.call("SendAppStoreServerRequest", {
      input: { ...input, credential: "demo-in-app-purchase" },
    });
    assert.equal(named.error?.code, "credential_unavailable");
    assert.equal(relay.simulator.requests.length, 0);
  });
});

describe("ListCredentials and its look-up", () => {
  it("show name, kind, key ID and bundle IDs, and nothing else", async () => {
    await using relay = await startRelay();
    assert.deepEqual((await relay.call("ListCredentials")).json, {
      value: [
        { name: "demo-adjust", kind: "adjust" },
        { name: "demo-adjust-callback", kind: "adjust-callback" },
        { name: "demo-adjust-s2s", kind: "adjust-s2s" },
        {
          name: "demo-in-app-purchase",
          kind: "in-app-purchase",
          keyId: "DEMOBUY001",
          bundleIds: [
            "com.example.harborkings",
            "com.example.stillwater",
            "com.example.harborkings.stickers",
          ],
        },
        { name: "demo-individual", kind: "app-store-connect-individual", keyId: "DEMOSELF01" },
        { name: "demo-shared-secret", kind: "app-store-shared-secret" },
        { name: "demo-team", kind: "app-store-connect-team", keyId: "DEMOTEAM01" },
        { name: "demo-webhook-master", kind: "app-store-connect-webhook-master" },
      ],
      totalCount: 8,
    });
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("leave out what cannot be used", async () => {
    await using relay = await startWith((vault) => ({
      usable: vault["demo-team"],
      disabled: { ...without(vault["demo-team"]), enabled: false },
      tagless: without(vault["demo-team"], "kind"),
    }));
    assert.deepEqual(
      Object((await relay.call("ListCredentials")).json).value.map(({ name }: { name: string }) => name),
      ["usable"],
    );
  });

  it("fill a dropdown of the kinds that are asked for", async () => {
    await using relay = await startRelay();
    const ids = async (query?: Record<string, string>) =>
      Object((await relay.call("LookUpCredentials", query ? { query } : {})).json).value.map(
        ({ id }: { id: string }) => id,
      );
    assert.deepEqual(await ids(), [
      "demo-adjust",
      "demo-adjust-callback",
      "demo-adjust-s2s",
      "demo-in-app-purchase",
      "demo-individual",
      "demo-shared-secret",
      "demo-team",
      "demo-webhook-master",
    ]);
    assert.deepEqual(await ids({ kinds: "app-store-connect-team,app-store-connect-individual" }), [
      "demo-individual",
      "demo-team",
    ]);
    assert.deepEqual(await ids({ kinds: "adjust" }), ["demo-adjust"]);
    assert.deepEqual(await ids({ kinds: "none-such" }), []);
    const titles = Object((await relay.call("LookUpCredentials", { query: { kinds: "adjust" } })).json).value;
    assert.deepEqual(titles, [{ id: "demo-adjust", title: "demo-adjust (default)" }]);
  });
});
