import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { azureMarks, publicOrigins, readConfiguration } from "../functions/configuration.ts";
import { startFunctionApp } from "./support/function-app.ts";

const folder = { AZURE_FUNCTIONS_ENVIRONMENT: "Development", LOCAL_VAULT: ".local/vault" };
const vault = { KEY_VAULT_URL: "https://my-vault.vault.azure.net" };

function accepted(env: Record<string, string>) {
  const result = readConfiguration(env);
  assert.ok(result.ok, result.ok ? "" : result.sentence);
  return result.configuration;
}

function sentence(env: Record<string, string>): string {
  const result = readConfiguration(env);
  assert.ok(!result.ok, "these settings should have been refused");
  return result.sentence;
}

describe("settings that are taken", () => {
  test("a Key Vault, with the services' own origins", () => {
    const configuration = accepted(vault);
    assert.deepEqual(configuration.vault, { kind: "key-vault", url: "https://my-vault.vault.azure.net" });
    assert.deepEqual(configuration.origins, publicOrigins);
    assert.equal(configuration.publicOrigin, undefined);
  });

  test("a Key Vault of a sovereign cloud, with a trailing slash", () => {
    for (const url of ["https://v.vault.azure.cn/", "https://v.vault.usgovcloudapi.net"]) {
      assert.equal(accepted({ KEY_VAULT_URL: url }).vault.kind, "key-vault");
    }
  });

  test("a folder in development, with origins on this machine", () => {
    const configuration = accepted({ ...folder, ADJUST_URL: "http://127.0.0.1:8080/" });
    assert.deepEqual(configuration.vault, { kind: "folder", path: ".local/vault" });
    assert.equal(configuration.origins.adjust, "http://127.0.0.1:8080");
    assert.equal(configuration.origins["app-store-connect"], publicOrigins["app-store-connect"]);
  });

  test("in Azure absolute URLs begin with the app's host name, or with PUBLIC_URL", () => {
    const inAzure = { ...vault, WEBSITE_SITE_NAME: "relay", WEBSITE_HOSTNAME: "relay.azurewebsites.net" };
    assert.equal(accepted(inAzure).publicOrigin, "https://relay.azurewebsites.net");
    const named = { ...inAzure, PUBLIC_URL: "https://relay.example.com" };
    assert.equal(accepted(named).publicOrigin, "https://relay.example.com");
  });

  test("hosts of callback URLs: names, and in development this machine", () => {
    const hosts = (env: Record<string, string>) => accepted(env).events.callbackHosts;
    assert.deepEqual(hosts(vault), []);
    const named = " Flows.example.com, relay-2.contoso.co.uk ,";
    assert.deepEqual(hosts({ ...vault, CALLBACK_HOSTS: named }), [
      "flows.example.com",
      "relay-2.contoso.co.uk",
    ]);
    const local = "127.0.0.1,localhost,[::1],flows.example.com";
    assert.deepEqual(hosts({ ...folder, CALLBACK_HOSTS: local }), local.split(","));
  });

  test("numbers, which are the usual ones where they are not set", () => {
    const usual = accepted({ ...vault, INTERACTIVE_SHARE: "" });
    assert.equal(usual.interactiveShare, 15);
    assert.deepEqual(usual.prices, { maxItems: 10_000, maxChangePercent: undefined });
    for (const [share, items, percent] of [
      ["0", "1", "1"],
      ["90", "20000", "1000"],
    ] as const) {
      const own = { INTERACTIVE_SHARE: share, PRICE_MAX_ITEMS: items, PRICE_MAX_CHANGE_PERCENT: percent };
      const { interactiveShare, prices } = accepted({ ...vault, ...own });
      assert.equal(interactiveShare, Number(share));
      assert.deepEqual(prices, { maxItems: Number(items), maxChangePercent: Number(percent) });
    }
  });

  test("Apple's root, and others on one machine", () => {
    const apple = "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179";
    const [one, two] = ["A".repeat(64), "0123456789abcdef".repeat(4)];
    const roots = (env: Record<string, string>) => [...accepted(env).appleRoots];
    assert.deepEqual(roots(vault), [apple]);
    for (const empty of ["", "  "]) {
      assert.deepEqual(roots({ ...folder, APPLE_ROOT_FINGERPRINTS: empty }), [apple]);
      assert.deepEqual(roots({ ...vault, APPLE_ROOT_FINGERPRINTS: empty }), [apple]);
    }
    // They take its place: a test that trusts its own root trusts no other.
    assert.deepEqual(roots({ ...folder, APPLE_ROOT_FINGERPRINTS: one }), [one.toLowerCase()]);
    assert.deepEqual(roots({ ...folder, APPLE_ROOT_FINGERPRINTS: `${one} , ${two},${two}` }), [
      one.toLowerCase(),
      two,
    ]);
  });

  test("a check for revocation, which is off unless it is asked for", () => {
    for (const off of [undefined, "", "off", "Off"]) {
      assert.equal(accepted({ ...vault, ...(off !== undefined && { APPLE_OCSP: off }) }).ocsp, undefined);
    }
    for (const mode of ["open", "closed"]) {
      const apple = { mode, origin: "http://ocsp.apple.com" };
      assert.deepEqual(accepted({ ...vault, APPLE_OCSP: mode }).ocsp, apple);
      const own = { APPLE_OCSP: mode, APPLE_OCSP_URL: "http://127.0.0.1:8080/" };
      assert.deepEqual(accepted({ ...folder, ...own }).ocsp, { mode, origin: "http://127.0.0.1:8080" });
    }
  });

  test("an empty setting counts as absent", () => {
    assert.equal(accepted({ ...vault, LOCAL_VAULT: "", ADJUST_URL: " " }).vault.kind, "key-vault");
  });
});

describe("settings that are refused, with what to change", () => {
  const refused: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ["no vault at all", {}, /KEY_VAULT_URL.*LOCAL_VAULT/],
    ["both vaults", { ...folder, ...vault }, /both set: remove/],
    ["a folder outside of development", { LOCAL_VAULT: "x" }, /AZURE_FUNCTIONS_ENVIRONMENT/],
    ["other origins with a Key Vault", { ...vault, ADJUST_URL: "http://127.0.0.1:1" }, /ADJUST_URL.*remove/],
    ["an Azure app without a host name", { ...vault, CONTAINER_NAME: "x" }, /PUBLIC_URL/],
    ...azureMarks.map(
      (mark) => [`a folder where ${mark} is set`, { ...folder, [mark]: "x" }, new RegExp(mark)] as const,
    ),
    ...[
      "http://my-vault.vault.azure.net",
      "https://my-vault.vault.azure.net.evil.example",
      "https://vault.azure.net.evil.example/.vault.azure.net",
      "https://user@my-vault.vault.azure.net",
      "https://my-vault.vault.azure.net:444",
      "https://my-vault.vault.azure.net/secrets",
      "https://127.0.0.1",
      "my-vault",
    ].map((url) => [`the vault ${url}`, { KEY_VAULT_URL: url }, /KEY_VAULT_URL must be/] as const),
    ...[
      "https://evil.example",
      "http://127.0.0.1.evil.example",
      "http://user@127.0.0.1:1",
      "http://127.0.0.1:1/path",
      "http://10.0.0.1",
      "file:///tmp",
      "127.0.0.1:1",
    ].map(
      (url) => [`the origin ${url}`, { ...folder, APP_STORE_CONNECT_URL: url }, /on this machine/] as const,
    ),
    ...["on", "true", "closed,open"].map(
      (mode) => [`APPLE_OCSP of ${mode}`, { ...vault, APPLE_OCSP: mode }, /off, open .* or closed/] as const,
    ),
    ["a responder in Azure", { ...vault, APPLE_OCSP_URL: "http://127.0.0.1:1" }, /APPLE_OCSP_URL.*remove/],
    ["a responder elsewhere", { ...folder, APPLE_OCSP_URL: "http://ocsp.example" }, /on this machine/],
    [
      "other roots in Azure",
      { ...vault, APPLE_ROOT_FINGERPRINTS: "a".repeat(64) },
      /APPLE_ROOT_FINGERPRINTS.*remove/,
    ],
    ...[
      "a".repeat(63),
      "a".repeat(65),
      "g".repeat(64),
      `sha256:${"a".repeat(64)}`,
      Array(32).fill("aa").join(":"),
      `${"a".repeat(64)},`,
      `,${"a".repeat(64)}`,
      ",",
      `${"a".repeat(64)};${"b".repeat(64)}`,
      `${"a".repeat(64)} ${"b".repeat(64)}`,
    ].map(
      (roots) =>
        [`roots ${roots}`, { ...folder, APPLE_ROOT_FINGERPRINTS: roots }, /64 hexadecimal digits/] as const,
    ),
    ...[
      "https://relay.example.com/api",
      "http://relay.example.com",
      "relay.example.com",
      "https://u@relay.example",
    ].map(
      (url) =>
        [`the public URL ${url}`, { ...vault, PUBLIC_URL: url }, /PUBLIC_URL must be an origin/] as const,
    ),
    ...[
      "https://flows.example.com",
      "flows.example.com:443",
      "flows.example.com/x",
      "*.example.com",
      "127.0.0.1",
      "localhost",
      "10.0.0.1",
      "[fd00::1]",
      "flows",
      "a..b.com",
      "-a.example.com",
    ].map(
      (hosts) =>
        [
          `the callback hosts ${hosts}`,
          { ...vault, CALLBACK_HOSTS: hosts },
          /CALLBACK_HOSTS must be host names/,
        ] as const,
    ),
    ["a private address", { ...folder, CALLBACK_HOSTS: "10.0.0.1" }, /CALLBACK_HOSTS must be/],
  ];
  const numbers = {
    INTERACTIVE_SHARE: [/whole number from 0 to 90, such as 15\.$/, "91"],
    PRICE_MAX_ITEMS: [/whole number from 1 to 20,000, such as 10000\.$/, "0", "20001"],
    PRICE_MAX_CHANGE_PERCENT: [/whole number from 1 to 1,000, such as 50\.$/, "0", "1001"],
    EVENT_RETENTION_DAYS: [/whole number from 7 to 3,650, such as 90\.$/, "6", "3651"],
    BACKFILL_HOURS: [/whole number from 0 to 4,320, such as 24\.$/, "4321"],
  } as const;
  for (const [name, [sentenceEnd, ...beyond]] of Object.entries(numbers)) {
    for (const value of [...beyond, "-1", "1.5", "15%", "1e1", "many"]) {
      test(`${name} of ${value}`, () => {
        const said = sentence({ ...vault, [name]: value });
        assert.match(said, sentenceEnd);
        assert.ok(said.startsWith(name), said);
      });
    }
  }
  for (const [name, env, expected] of refused) {
    test(name, () => assert.match(sentence(env), expected));
  }
});

describe("a function app with wrong settings", () => {
  test("does not start on one machine, and says what to change", async () => {
    await assert.rejects(
      startFunctionApp({ AZURE_FUNCTIONS_ENVIRONMENT: "Development" }),
      /No vault is configured: set KEY_VAULT_URL/,
    );
  });

  test("in Azure registers every function all the same and answers 503 with the sentence", async () => {
    await using app = await startFunctionApp({ AZURE_FUNCTIONS_ENVIRONMENT: "Production", LOCAL_VAULT: "x" });
    assert.ok(app.host.functions.length > 20);
    const typed = await app.fetch("/credentials");
    assert.equal(typed.status, 503);
    const { error }: { error: { code: string; message: string } } = JSON.parse(await typed.text());
    assert.equal(error.code, "not_configured");
    assert.match(error.message, /AZURE_FUNCTIONS_ENVIRONMENT is Development/);
    const raw = await app.fetch("/relay/adjust/app-automation/apps/list");
    assert.equal(raw.status, 503);
    assert.equal(raw.headers.get("x-relay-error"), "not_configured");
  });
});
