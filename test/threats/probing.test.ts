import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeDemoKeys } from "../../local/simulator/index.ts";
import { openRoom, teamTags } from "../credentials/support.ts";
import { canary, watch } from "../support/canary.ts";
import { settingsOf, startFunctionApp } from "../support/function-app.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

/** Bytes of an answer but for the correlation ID, which is the call's own. */
function comparable(status: number, headers: Iterable<readonly [string, string]>, text: string): string {
  const kept = [...headers].filter(
    ([name]) => !["date", "x-correlation-id", "x-ms-invocation-id"].includes(name),
  );
  return JSON.stringify([status, kept.sort(), text.replace(/[0-9a-f]{32}/g, "…")]);
}

const fromCall = ({ status, headers, text }: Answer) => comparable(status, Object.entries(headers), text);

/** Each way in which an operation lets the caller name a credential. */
const ways: readonly ((relay: Relay, name: string) => Promise<Answer>)[] = [
  (relay, name) => relay.call("ListApps", { input: { credential: name } }),
  (relay, name) => relay.call("GetAdjustApp", { input: { appToken: "hk1ios2game3", credential: name } }),
  (relay, name) =>
    relay.call("SendAppStoreServerRequest", {
      input: {
        method: "GET",
        path: "inApps/v1/history/1",
        bundleId: "com.example.harborkings",
        credential: name,
      },
    }),
  (relay, name) =>
    relay.call("RelayReadAppStoreConnect", { params: { path: "v1/apps" }, query: { credential: name } }),
  (relay, name) =>
    relay.call("RelayWriteAdjust", {
      params: { path: "app-automation/app" },
      headers: { "x-relay-credential": name },
      body: {},
    }),
];

describe("probing for credentials", () => {
  it("finds no difference between unknown, disabled, expired, unusable and of another kind", async () => {
    await using relay = await startRelay();
    const { value, tags } = relay.demo.vault["demo-team"] ?? { value: "", tags: {} };
    const past = new Date(Date.now() - 86_400_000).toISOString();
    await relay.writeSecret("disabled-one", { value, tags, enabled: false, expiresOn: null });
    await relay.writeSecret("expired-one", { value, tags, enabled: true, expiresOn: past });
    await relay.writeSecret("kindless-one", { value, tags: {}, enabled: true, expiresOn: null });
    await relay.writeSecret("webhook-one", {
      value: canary("webhook-secret"),
      tags: { kind: "app-store-connect-webhook" },
      enabled: true,
      expiresOn: null,
    });
    for (const [index, way] of ways.entries()) {
      const answers = new Set<string>();
      for (const name of ["unknown-one", "disabled-one", "expired-one", "kindless-one", "webhook-one"]) {
        const answer = await way(relay, name);
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.error?.code, "credential_unavailable");
        assert.ok(!answer.text.includes(name), "the name comes back");
        answers.add(fromCall(answer));
      }
      assert.equal(answers.size, 1, `way ${index}: ${[...answers].join("\n")}`);
    }
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("finds no difference to a secret that the vault forbids, with a real vault's refusals", async (test) => {
    const { vault, clock, credentials } = await openRoom(test);
    const { value } = makeDemoKeys().vault["demo-team"] ?? { value: "" };
    watch("a private key", value);
    vault.setSecret("disabled-one", value, { tags: teamTags("DISABLED01"), enabled: false });
    vault.setSecret("expired-one", value, { tags: teamTags("EXPIRED001"), expiresOn: clock.now() - 60_000 });
    vault.setSecret("forbidden-one", value, { tags: teamTags("FORBIDDEN1") });
    vault.setSecret("usable-one", value, { tags: teamTags("USABLE0001") });
    vault.fault({ on: "GET /secrets/forbidden-one", answer: 403, code: "ForbiddenByPolicy" });
    await using relay = await startRelay({ credentials, runtime: clock });
    const answers = new Map<string, string>();
    for (const name of ["unknown-one", "disabled-one", "expired-one", "forbidden-one"]) {
      // After the others' listing has gone stale, so that each is looked for alike.
      clock.advance(60_000);
      const answer = await relay.call("ListApps", { input: { credential: name } });
      answers.set(name, fromCall(answer));
    }
    assert.equal(new Set(answers.values()).size, 1, [...answers].join("\n"));
    assert.equal(relay.simulator.requests.length, 0);
    const control = await relay.call("ListApps", { input: { credential: "usable-one" } });
    assert.notEqual(fromCall(control), answers.get("unknown-one"), "a usable one is used");
  });

  it("finds no difference in the bytes that the host sends", async () => {
    await using relay = await startRelay();
    const { value, tags } = relay.demo.vault["demo-team"] ?? { value: "", tags: {} };
    await relay.writeSecret("disabled-one", { value, tags, enabled: false, expiresOn: null });
    await using app = await startFunctionApp(settingsOf(relay));
    const answers = new Set<string>();
    for (const name of ["unknown-one", "disabled-one", "demo-adjust"]) {
      for (const target of [`/app-store-connect/apps?credential=${name}`]) {
        const answer = await app.fetch(target);
        answers.add(comparable(answer.status, answer.headers, await answer.text()));
      }
    }
    assert.equal(answers.size, 1, [...answers].join("\n"));
  });
});
