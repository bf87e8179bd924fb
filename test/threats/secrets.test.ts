import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { catalogue } from "../../functions/catalogue.ts";
import { RelayError } from "../../functions/errors.ts";
import type { Fault } from "../../local/simulator/index.ts";
import { canary, type Observed, sweep, watch } from "../support/canary.ts";
import { findExample, toFacts } from "../support/catalogue.ts";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";

/** Everything that a log or a debugger could make of an error. */
function textsOf(label: string, error: unknown): Observed[] {
  const texts = [
    inspect(error, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      getters: true,
      maxStringLength: null,
    }),
    String(error),
    JSON.stringify(error) ?? "",
  ];
  for (let at = error, level = 0; at instanceof Error && level < 20; at = at.cause, level += 1) {
    texts.push(at.message, at.stack ?? "", JSON.stringify(at, Object.getOwnPropertyNames(at)) ?? "");
    if (at instanceof RelayError) texts.push(JSON.stringify(at.toBody("0".repeat(32))));
  }
  return texts.map((text) => ({ label, text }));
}

/** Ways in which a service, a proxy or a framework may write a secret into a text. */
const spellings: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  "JSON-escaped": (secret) => JSON.stringify(secret),
  "JSON-escaped twice": (secret) => JSON.stringify(JSON.stringify(secret)),
  "percent-encoded": encodeURIComponent,
  "percent-encoded in lower case": (secret) =>
    encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  base64: (secret) => Buffer.from(secret).toString("base64"),
  base64url: (secret) => Buffer.from(secret).toString("base64url"),
  "base64 of the header": (secret) => Buffer.from(`Bearer ${secret}`).toString("base64"),
  "base64 of a line": (secret) => Buffer.from(`authorization: Bearer ${secret}\r\n`).toString("base64"),
  "a header": (secret) => `Authorization: Bearer ${secret}`,
  "in a query": (secret) => `https://api.example.com/x?access_token=${secret}&y=1`,
  "in quotes": (secret) => `The token "${secret}" is not valid`,
};

/** Error bodies of the three services, and of what stands in front of them. */
const bodies: readonly ((text: string) => object)[] = [
  (text) => ({ errors: [{ code: "X", title: "x", detail: text }] }),
  (text) => ({ errors: [{ code: text, title: text }] }),
  (text) => ({ errors: [{ code: "X", detail: "x", source: { pointer: text, parameter: text } }] }),
  (text) => ({ errorCode: 4000000, errorMessage: text }),
  (text) => ({ error: text }),
  (text) => ({ message: text, details: text }),
  (text) => ({ error: { code: text, message: text } }),
  (text) => ({ errors: [text, { [text]: text }], [text]: text }),
];

const echoed: readonly (readonly [id: string, facts: CallFacts])[] = [
  ["GetApp", { input: { appId: "1480000001" } }],
  ["GetAdjustApp", { input: { appToken: "hk1ios2game3" } }],
  ["SendAppStoreConnectRequest", { input: { method: "POST", path: "v1/apps", body: {} } }],
  [
    "SendAppStoreServerRequest",
    {
      input: {
        method: "GET",
        path: "inApps/v1/history/1",
        bundleId: "com.example.stillwater",
        environment: "Production",
      },
    },
  ],
  ["SendAdjustRequest", { input: { method: "POST", path: "app-automation/app", body: {} } }],
];

/** The bearer token of a call's upstream request. */
async function tokenOf(relay: Relay, id: string, facts: CallFacts): Promise<string> {
  await relay.call(id, facts);
  const token = /^Bearer (.+)$/.exec(relay.simulator.requests.at(-1)?.headers.authorization ?? "")?.[1];
  assert.ok(token);
  return watch(`the token of ${id}`, token);
}

describe("secrets", () => {
  it("that an upstream writes into its errors do not come through, however they are spelled", async () => {
    await using relay = await startRelay({ unlimited: true });
    let redacted = 0;
    // What was never read from the vault is not known, and nobody could have sent it.
    for (const [id, facts] of echoed) await tokenOf(relay, id, facts);
    for (const [id, facts] of echoed) {
      const token = await tokenOf(relay, id, facts);
      const [pem = ""] = Object.values(relay.demo.vault).map(({ value }) => value);
      for (const secret of [token, pem, relay.demo.vault["demo-adjust"]?.value ?? ""]) {
        for (const [spelling, spell] of Object.entries(spellings)) {
          for (const [index, body] of bodies.entries()) {
            for (const status of [400, 403, 404, 409, 422]) {
              // One status a body is enough but for the first, which is Apple's own.
              if (index > 0 && status !== 409) continue;
              relay.simulator.faults.clear();
              const fault: Fault = {
                kind: "status",
                status,
                body: JSON.parse(JSON.stringify(body(spell(secret)))),
              };
              relay.simulator.faults.add({ times: Number.POSITIVE_INFINITY, fault });
              const answer = await relay.call(id, facts);
              const label = `${id}, ${spelling}, body ${index}, ${status}`;
              assert.ok(answer.status >= 400, label);
              sweep([
                { label, text: answer.text },
                { label: `log of ${label}`, text: relay.log.at(-1) ?? "" },
                ...textsOf(`error of ${label}`, await relay.thrownBy(id, facts)),
              ]);
              if (answer.text.includes("[redacted]")) redacted += 1;
            }
          }
        }
      }
    }
    assert.ok(redacted > 500, `only ${redacted} answers held what was to be taken out`);
  });

  it("of a credential that is refused, with the header echoed, stay with us", async () => {
    await using relay = await startRelay();
    for (const [id, facts] of [...echoed, ["TestConnection", {}] as const]) {
      const token = await tokenOf(relay, id, facts);
      relay.simulator.faults.add({
        times: Number.POSITIVE_INFINITY,
        fault: {
          kind: "status",
          status: 401,
          headers: {
            "www-authenticate": `Bearer error="${token}"`,
            "content-type": `application/json; x="${token}"`,
          },
          body: { errors: [{ code: "NOT_AUTHORIZED", detail: `Authorization: Bearer ${token}` }] },
        },
      });
      const { text } = await relay.call(id, facts);
      sweep([{ label: id, text }, ...textsOf(`error of ${id}`, await relay.thrownBy(id, facts))]);
      relay.simulator.reset();
    }
  });

  it("stand in no error of any operation under any fault, at any depth", async () => {
    const faults: Fault[] = [
      ...[400, 401, 403, 404, 409, 422, 429, 500, 502, 503].map(
        (status): Fault => ({ kind: "status", status, retryAfter: { seconds: 3_600 } }),
      ),
      { kind: "redirect", status: 302, location: "http://127.0.0.1:1/" },
      { kind: "html" },
      { kind: "empty" },
      { kind: "reset", at: "before-headers" },
      { kind: "reset", at: "after-headers" },
      { kind: "reset", at: "mid-body" },
      { kind: "truncated", contentLength: "right" },
      { kind: "truncated", contentLength: "wrong" },
      { kind: "gzip-bomb", variant: "nested" },
      { kind: "oversized" },
      { kind: "stall", at: "mid-body" },
      { kind: "next-link", to: "userinfo" },
      { kind: "content-type", value: "text/html" },
    ];
    const codes = new Set<string>();
    for (const fault of faults) {
      // One for each: after a 429 the relay would hold the next calls back by itself.
      await using relay = await startRelay();
      const calls: [string, CallFacts][] = [];
      for (const operation of catalogue) {
        const values = await findExample(operation, (facts) => relay.call(operation.id, facts));
        calls.push([operation.id, toFacts(operation, values)]);
      }
      relay.simulator.faults.add({ times: Number.POSITIVE_INFINITY, fault });
      await Promise.all(
        calls.map(async ([id, facts]) => {
          const error = await relay.thrownBy(id, { ...facts, deadlineMs: 300 });
          if (error instanceof RelayError) codes.add(error.code);
          sweep(textsOf(`${id} under ${JSON.stringify(fault)}`, error));
        }),
      );
    }
    for (const code of [
      "upstream_timeout",
      "bad_upstream_response",
      "rate_limited",
      "upstream_unavailable",
      "rejected",
    ]) {
      assert.ok(codes.has(code), `${code} was not met: ${[...codes].join(", ")}`);
    }
  });

  it("that are no keys stand in no error about them", async () => {
    const pem = (options: object) =>
      generateKeyPairSync("ec", { namedCurve: "P-384", ...options })
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString();
    const whole = generateKeyPairSync("ec", { namedCurve: "P-256" })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    const values: Readonly<Record<string, string>> = {
      "a password": canary("password-in-the-key-slot"),
      "a key of another curve": pem({}),
      "half a key": whole.slice(0, 120),
      "a key with a damaged middle": whole.replace(/\n(.{20})/, "\n$1!!!!"),
      "an RSA key": generateKeyPairSync("rsa", { modulusLength: 2_048 })
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString(),
      "a token with a line break": `${canary("token-1")}\n${canary("token-2")}`,
    };
    for (const [name, value] of Object.entries(values)) {
      await using relay = await startRelay();
      for (const [secret, document] of Object.entries(relay.demo.vault)) {
        await relay.writeSecret(secret, { ...document, value });
      }
      for (const operation of catalogue) {
        const [, known] = echoed.find(([id]) => id === operation.id) ?? [];
        const params = { environment: "production", path: "v1/apps" };
        const facts: CallFacts = operation.kind === "raw" ? { params } : (known ?? {});
        const { text, status } = await relay.call(operation.id, facts);
        assert.notEqual(status, 500, `${operation.id} with ${name}: ${text}`);
        sweep([
          { label: `${operation.id} with ${name}`, text },
          { label: "log", text: relay.log.at(-1) ?? "" },
          ...textsOf(`error of ${operation.id} with ${name}`, await relay.thrownBy(operation.id, facts)),
        ]);
      }
    }
  });

  it("would be found: the sweep sees each spelling", () => {
    const secret = canary("control");
    for (const [spelling, spell] of Object.entries(spellings)) {
      assert.throws(() => sweep([{ label: "x", text: `… ${spell(secret)} …` }]), /control/, spelling);
    }
    const error = new RelayError("rejected", {
      message: "x",
      cause: new Error("y", { cause: { headers: { a: secret } } }),
    });
    assert.throws(() => sweep(textsOf("x", error)), /control/);
  });
});
