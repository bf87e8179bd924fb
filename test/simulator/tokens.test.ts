import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { makeDemoKeys } from "../../local/simulator/index.ts";
import {
  get,
  individualFacts,
  mint,
  purchaseFacts,
  startBench,
  stillRuntime,
  type TestBench,
  type TokenFacts,
  teamFacts,
} from "./support.ts";

const now = Date.UTC(2026, 10, 22, 12);
const second = now / 1000;
const runtime = stillRuntime(now);
let bench: TestBench;
const reasons: (string | undefined)[] = [];

before(async () => {
  bench = await startBench({ runtime, log: ({ reason }) => reasons.push(reason) });
});
after(() => bench.simulator.close());

type Bend = (facts: TokenFacts) => TokenFacts;

function claims(change: Record<string, unknown>): Bend {
  return (facts) => ({ ...facts, claims: { ...facts.claims, ...change } });
}

function header(change: Record<string, string>): Bend {
  return (facts) => ({ ...facts, header: change });
}

const stranger = makeDemoKeys().vault["demo-team"]?.value ?? "";
const half = (token: string) => token.slice(0, token.lastIndexOf("."));

const refused: Record<string, Bend> = {
  "a signature of another key": (facts) => ({ ...facts, pem: stranger }),
  "an unknown kid": (facts) => ({ ...facts, kid: "NOBODY0001" }),
  "another typ": header({ typ: "at+jwt" }),
  "an unknown header member": header({ jku: "https://evil.invalid/keys" }),
  "another audience": claims({ aud: "appstoreconnect-v2" }),
  "an audience that is a list": claims({ aud: ["appstoreconnect-v1"] }),
  "an issue time one second ahead": claims({ iat: second + 1, exp: second + 600 }),
  "an expiry that is now": claims({ iat: second - 900, exp: second }),
  "an unknown claim": claims({ nonce: "n" }),
  "times that are text": claims({ iat: String(second - 30) }),
  "no expiry": claims({ exp: undefined }),
};

async function appsStatus(facts: TokenFacts): Promise<number> {
  const response = await get(`${bench.simulator.urls.appStoreConnect}/v1/apps`, await mint(facts));
  await response.arrayBuffer();
  return response.status;
}

describe("App Store Connect tokens", () => {
  for (const [name, bend] of Object.entries(refused)) {
    test(`refuses ${name}`, async () => {
      assert.equal(await appsStatus(bend(teamFacts(bench.demo, now))), 401);
    });
  }

  const teamOnly: Record<string, Bend> = {
    "another issuer": claims({ iss: "5e1f7a90-0000-4c57-9a3e-0d6b1f2c8a01" }),
    "no issuer": claims({ iss: undefined }),
    "a subject on a team key": claims({ sub: "user" }),
    "exactly 20 minutes": claims({ iat: second - 30, exp: second + 1170 }),
  };
  for (const [name, bend] of Object.entries(teamOnly)) {
    test(`refuses ${name}`, async () => {
      assert.equal(await appsStatus(bend(teamFacts(bench.demo, now))), 401);
    });
  }

  test("accepts team keys, and individual keys by their subject alone", async () => {
    assert.equal(await appsStatus(teamFacts(bench.demo, now)), 200);
    assert.equal(
      await appsStatus(claims({ iat: second - 30, exp: second + 1169 })(teamFacts(bench.demo, now))),
      200,
    );
    const individual = individualFacts(bench.demo, now);
    assert.equal(await appsStatus(individual), 200);
    assert.equal(await appsStatus(claims({ sub: "admin" })(individual)), 401);
    assert.equal(await appsStatus(claims({ iss: "5e1f7a90-2b1c-4c57-9a3e-0d6b1f2c8a01" })(individual)), 401);
  });

  test("refuses what is no ES256 signature of its own header and claims", async () => {
    const url = `${bench.simulator.urls.appStoreConnect}/v1/apps`;
    const good = await mint(teamFacts(bench.demo, now));
    const none = Buffer.from(JSON.stringify({ alg: "none", kid: "DEMOTEAM01", typ: "JWT" })).toString(
      "base64url",
    );
    const hs256 = Buffer.from(JSON.stringify({ alg: "HS256", kid: "DEMOTEAM01", typ: "JWT" })).toString(
      "base64url",
    );
    const [, body, signature] = good.split(".");
    const tokens = [
      half(good),
      `${half(good)}.`,
      `${none}.${body}.`,
      `${hs256}.${body}.${signature}`,
      "a.b.c",
      "x",
    ];
    for (const token of tokens) assert.equal((await get(url, token)).status, 401, token);
    assert.equal((await fetch(url)).status, 401);
    assert.equal((await fetch(url, { headers: { authorization: good } })).status, 401);
  });

  test("refuses another algorithm's name over a signature that is good", async () => {
    const { pem, kid, claims } = teamFacts(bench.demo, now);
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signedAs = (alg: string) => {
      const input = `${encode({ alg, kid, typ: "JWT" })}.${encode(claims)}`;
      const signature = sign("sha256", Buffer.from(input), { key: pem, dsaEncoding: "ieee-p1363" });
      return `${input}.${signature.toString("base64url")}`;
    };
    const url = `${bench.simulator.urls.appStoreConnect}/v1/apps`;
    assert.equal((await get(url, signedAs("ES256"))).status, 200);
    for (const alg of ["ES384", "HS256", "es256", "none"])
      assert.equal((await get(url, signedAs(alg))).status, 401, alg);
  });

  test("says no more than Apple does, and tells the log why", async () => {
    reasons.length = 0;
    const token = await mint(claims({ iat: second + 1, exp: second + 600 })(teamFacts(bench.demo, now)));
    const response = await get(`${bench.simulator.urls.appStoreConnect}/v1/apps`, token);
    const body: { errors: Record<string, unknown>[] } = JSON.parse(await response.text());
    assert.equal(body.errors[0]?.status, "401");
    assert.equal(body.errors[0]?.code, "NOT_AUTHORIZED");
    assert.doesNotMatch(JSON.stringify(body), /iat|ahead/);
    assert.deepEqual(reasons, ["iat is 1 s ahead"]);
  });

  test("checks the expiry of a token that it has seen before", async () => {
    const token = await mint(teamFacts(bench.demo, now));
    const url = `${bench.simulator.urls.appStoreConnect}/v1/territories`;
    assert.equal((await get(url, token)).status, 200);
    runtime.set(now + 870_000);
    try {
      assert.equal((await get(url, token)).status, 401);
    } finally {
      runtime.set(now);
    }
  });

  test("refuses a key from the moment it is taken away", async () => {
    await using own = await startBench();
    const url = `${own.simulator.urls.appStoreConnect}/v1/territories`;
    assert.equal((await get(url, own.tokens.team)).status, 200);
    own.simulator.setKeys({ ...own.demo.keys, appStoreConnect: [] });
    assert.equal((await get(url, own.tokens.team)).status, 401);
  });
});

describe("App Store Server API tokens", () => {
  const bundleId = "com.example.stillwater";
  const status = async (
    facts: TokenFacts,
    environment: "appStoreServer" | "appStoreServerSandbox" = "appStoreServer",
  ) => {
    const id = environment === "appStoreServer" ? "300000000000001" : "2000000000000001";
    const response = await get(
      `${bench.simulator.urls[environment]}/inApps/v1/transactions/${id}`,
      await mint(facts),
    );
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      text: await response.text(),
    };
  };
  const own: Record<string, Bend> = {
    "no bundle ID": claims({ bid: undefined }),
    "a bundle ID that the key does not serve": claims({ bid: "com.example.other" }),
    "another issuer": claims({ iss: "5e1f7a90-2b1c-4c57-9a3e-0d6b1f2c8a01" }),
    "more than 60 minutes": claims({ iat: second - 30, exp: second + 3571 }),
  };
  for (const [name, bend] of Object.entries({ ...refused, ...own })) {
    test(`refuses ${name}`, async () => {
      const answer = await status(bend(purchaseFacts(bench.demo, bundleId, now)));
      assert.deepEqual(answer, { status: 401, type: "text/plain", text: "Unauthenticated" });
    });
  }

  test("accepts up to 60 minutes, in both environments", async () => {
    const long = claims({ iat: second - 30, exp: second + 3570 })(purchaseFacts(bench.demo, bundleId, now));
    assert.equal((await status(long)).status, 200);
    assert.equal((await status(long, "appStoreServerSandbox")).status, 200);
  });

  test("an app that exists is still not served by the key of another", async () => {
    await using own = await startBench();
    const [key] = own.demo.keys.inAppPurchase;
    assert.ok(key);
    own.simulator.setKeys({
      ...own.demo.keys,
      inAppPurchase: [{ ...key, bundleIds: ["com.example.harborkings"] }],
    });
    const url = `${own.simulator.urls.appStoreServer}/inApps/v1/transactions/300000000000001`;
    assert.equal((await get(url, await own.tokens.purchase(bundleId))).status, 401);
    assert.equal((await get(url, await own.tokens.purchase("com.example.harborkings"))).status, 404);
  });

  test("production knows no app that was never released", async () => {
    const facts = purchaseFacts(bench.demo, "com.example.harborkings.stickers", now);
    assert.equal((await status(facts)).status, 401);
    const id = "2000000000003001";
    const url = `${bench.simulator.urls.appStoreServerSandbox}/inApps/v1/transactions/${id}`;
    assert.equal((await get(url, await mint(facts))).status, 200);
  });
});
