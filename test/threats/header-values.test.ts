import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { catalogue } from "../../functions/catalogue.ts";
import { RelayError } from "../../functions/errors.ts";
import type { RawOperation } from "../../functions/operation.ts";
import type { RawRequest } from "../../functions/raw.ts";
import { startDeadline } from "../../functions/upstream/deadline.ts";
import { seed } from "../support/catalogue.ts";
import { settingsOf, startFunctionApp } from "../support/function-app.ts";
import { startRelay } from "../support/relay.ts";
import { recordingClient } from "../support/upstream-url.ts";

describe("header values", () => {
  const rawOperations = catalogue.filter((operation): operation is RawOperation => operation.kind === "raw");
  const piece = fc.oneof(
    fc.constantFrom(
      "\r",
      "\n",
      "\r\n",
      "\0",
      "\t",
      "\x7f",
      "\x1b[2J",
      "\u0085",
      "\u2028",
      "é",
      "\ud800",
      "\u0100",
    ),
    fc.constantFrom(
      "\r\nauthorization: Bearer x",
      "\nx-evil: 1",
      "application/json",
      "text/plain; charset=utf-8",
      " ",
    ),
    fc.string({ unit: "binary" }),
  );
  const value = fc.array(piece, { minLength: 1, maxLength: 5 }).map((all) => all.join(""));

  it("reach the upstream as plain text of one line, or the answer is 400", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const { client, attempts } = recordingClient();
    await using relay = await startRelay({ client });
    const { services } = relay;
    const names = ["accept", "content-type", "x-relay-credential", "x-relay-bundle-id"];
    const paths: Record<string, string> = {
      AppStoreConnect: "v1/apps",
      AppStoreServer: "inApps/v1/history/1",
      Adjust: "app-automation/apps/list",
    };
    let accepted = 0;
    let refused = 0;
    const property = fc.asyncProperty(
      fc.constantFrom(...rawOperations),
      fc.constantFrom(...names),
      value,
      async (operation, name, text) => {
        const service = operation.id.replace(/^Relay(Read|Write)/, "");
        const path = paths[service] ?? "";
        const given: Record<string, string> = {
          "x-relay-bundle-id": "com.example.harborkings",
          [name]: text,
        };
        const request: RawRequest = {
          method: operation.methods[0] ?? "GET",
          params: { path, environment: "production" },
          pathname: `/api/relay/${path}`,
          query: [],
          header: (wanted) => given[wanted],
          body: undefined,
          contentLength: undefined,
        };
        attempts.length = 0;
        const deadline = startDeadline(services.runtime, 5_000);
        try {
          const { status } = await operation.run(request, {
            ...services,
            operationId: operation.id,
            credentialName: undefined,
            correlationId: "0".repeat(32),
            deadline,
            origin: "http://relay.test",
          });
          assert.equal(status, 404, "the stand-in's own answer");
          accepted += 1;
        } catch (error) {
          assert.ok(error instanceof RelayError && error.status === 400, String(error));
          assert.equal(attempts.length, 0);
          refused += 1;
        } finally {
          deadline.clear();
        }
        for (const { accept, contentType, authorization } of attempts) {
          for (const sent of [accept, contentType ?? "", authorization ?? ""])
            assert.match(sent, /^[\x20-\x7e]*$/);
          if (name === "accept") assert.equal(accept, text === "" ? "application/json" : text);
        }
      },
    );
    await fc.assert(property, { seed, numRuns: 20_000, includeErrorInReport: true });
    assert.ok(accepted > 100 && refused > 5_000, `${accepted} accepted, ${refused} refused`);
  });

  it("of a vault's secret are refused when they are not a token", async () => {
    const wrong = ["abc\r\nx-evil: 1", "abc def", "abc\ndef", "\u00e9t\u00e9", "abc\0", "abc\tdef"];
    for (const value of wrong) {
      await using relay = await startRelay();
      const { tags } = relay.demo.vault["demo-adjust"] ?? { tags: {} };
      // Longer than it need be, so that it is told from harmless text.
      const document = { value: value.padEnd(24, "-"), tags, enabled: true, expiresOn: null };
      await relay.writeSecret("demo-adjust", document);
      const answer = await relay.call("ListAdjustApps");
      assert.equal(answer.status, 400, JSON.stringify(value));
      assert.equal(answer.error?.code, "credential_unavailable");
      assert.equal(relay.simulator.requests.length, 0);
    }
  });

  it("with line breaks do not get through the host's own trick either", async () => {
    await using relay = await startRelay();
    await using app = await startFunctionApp(settingsOf(relay));
    for (const name of ["accept", "content-type", "x-relay-credential", "x-relay-bundle-id", "traceparent"]) {
      const claimed = encodeURIComponent(JSON.stringify({ [name]: "a\r\nx-evil: 1" }));
      const answer = await app.fetch(`/relay/app-store-connect/v1/apps?Headers=${claimed}`);
      const text = await answer.text();
      assert.ok(answer.status >= 400, `${name}: ${answer.status} ${text.slice(0, 200)}`);
      assert.equal(answer.headers.get("x-evil"), null);
      assert.equal(relay.simulator.requests.length, 0, name);
    }
  });
});
