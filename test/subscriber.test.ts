import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { refund } from "./events/support.ts";
import { startTestAzurite } from "./support/azurite.ts";
import { buildApp, settingsOf } from "./support/function-app.ts";
import { startHostProcess } from "./support/host-process.ts";
import { startRelay } from "./support/relay.ts";

const main = path.resolve(import.meta.dirname, "../local/subscriber.ts");

interface SubscriberProcess {
  child: ChildProcess;
  /** The next line of its standard output. */
  line(): Promise<string>;
  /** What it wrote to standard error until now. */
  errors(): string;
  /** Waits for its end. */
  ended(): Promise<number | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What `npm run subscriber` runs, with exactly these settings. */
function startSubscriber(args: readonly string[], settings: Record<string, string> = {}): SubscriberProcess {
  const { PATH = "", SystemRoot = "", TEMP = "" } = process.env;
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), main, ...args], {
    env: { PATH, SystemRoot, TEMP, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async line() {
      const { value, done } = await lines.next();
      assert.ok(!done, `It ended: ${errors}`);
      return value;
    },
    errors: () => errors,
    async ended() {
      const [code] = await closed;
      return code;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

interface Call {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  json: ReturnType<typeof Object>;
}

/** What answers subscriptions in a relay's place, so that a test sends the events itself. */
async function startDoor(answer: { status: number; body?: unknown } = { status: 201 }) {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method = "", url = "", headers } = request;
    const text = Buffer.concat(parts).toString();
    calls.push({ method, url, headers, json: text === "" ? undefined : JSON.parse(text) });
    if (method === "DELETE") response.writeHead(204).end();
    else {
      response.setHeader("location", "/api/event-subscriptions/one?token=t");
      response.writeHead(answer.status).end(answer.body === undefined ? "" : JSON.stringify(answer.body));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const post = (url: string, event: unknown) =>
  fetch(url, { method: "POST", body: typeof event === "string" ? event : JSON.stringify(event) });

describe("npm run subscriber", () => {
  test("subscribes at a relay, prints what arrives, and ends its subscription when it is stopped", async (t) => {
    await using azurite = await startTestAzurite();
    const { connectionString } = azurite;
    await using relay = await startRelay({ storage: { kind: "connection-string", connectionString } });
    const app = await buildApp();
    t.after(() => app.close());
    const key = "k".repeat(40);
    const host = await startHostProcess({
      bundle: app.bundle,
      key,
      settings: {
        ...settingsOf(relay),
        AzureWebJobsStorage: connectionString,
        CALLBACK_HOSTS: "127.0.0.1,localhost",
      },
    });
    t.after(() => host.end("SIGKILL"));
    await using subscriber = startSubscriber(["--relay", host.url, "--type", "REFUND"], { KEY: key });
    assert.match(await subscriber.line(), /^Subscribed at http:\S+ to app-store-server, types REFUND\. /);

    const occurredAt = new Date().toISOString();
    const { events, subscriptions } = relay.services;
    const other = refund({ id: "another", type: "DID_RENEW", occurredAt });
    for (const event of [other, refund({ occurredAt })]) {
      assert.equal(await events.receive(event, { productIds: [] }), "stored");
    }
    assert.equal(
      await subscriber.line(),
      `${occurredAt}  REFUND  com.example.calm.yearly  production  com.example.calm  ${refund().id}`,
    );
    subscriber.child.kill("SIGTERM");
    assert.equal(await subscriber.line(), "The subscription has ended.");
    assert.equal(await subscriber.ended(), 0);
    const [subscription] = await subscriptions.all();
    assert.equal(subscription?.status, "deleted");
    assert.equal(subscriber.errors(), "");
  });

  test("hands its filters on, and says which events came before", async () => {
    await using door = await startDoor();
    await using subscriber = startSubscriber(
      [
        ...["--key=-a key", "--type", "DID_RENEW,REFUND", "--type", "EXPIRED", "--subtype", "VOLUNTARY"],
        ...["--bundle-id", "com.example.calm", "--product-id", "a, b", "--environment", "sandbox"],
        ...["--status", "500"],
      ],
      { RELAY: `${door.url}/api/` },
    );
    await subscriber.line();
    const [call] = door.calls;
    assert.deepEqual([call?.method, call?.url], ["POST", "/api/event-subscriptions/app-store-server"]);
    assert.equal(call?.headers["x-functions-key"], "-a key");
    const { notificationUrl, ...filters } = call?.json ?? {};
    assert.deepEqual(filters, {
      types: ["DID_RENEW", "REFUND", "EXPIRED"],
      subtypes: ["VOLUNTARY"],
      bundleIds: ["com.example.calm"],
      productIds: ["a", "b"],
      environment: "sandbox",
    });

    const event = refund({ type: "EXPIRED", subtype: "VOLUNTARY", data: {} });
    const printed = `${event.occurredAt}  EXPIRED VOLUNTARY  production  com.example.calm  ${event.id}`;
    assert.equal((await post(notificationUrl, event)).status, 500);
    assert.equal(await subscriber.line(), `${printed}  answered 500`);
    assert.equal((await post(notificationUrl, event)).status, 500);
    assert.equal(await subscriber.line(), `${printed}  answered 500  again`);
    // What the renewal is about, where there is no transaction; and nothing that moves a cursor.
    const renewal = { renewalInfo: { productId: "p\u001b[2J\nq" } };
    await post(notificationUrl, refund({ data: renewal, bundleId: null, environment: null }));
    assert.equal(
      await subscriber.line(),
      `${event.occurredAt}  REFUND  p?[2J?q  ${event.id}  answered 500  again`,
    );
    assert.equal((await post(notificationUrl, "no JSON")).status, 404);
    assert.equal((await post(new URL("/", notificationUrl).href, event)).status, 404);
    subscriber.child.kill("SIGINT");
    assert.equal(await subscriber.line(), "The subscription has ended.");
    assert.equal(await subscriber.ended(), 0);
    assert.deepEqual(
      door.calls.slice(1).map(({ method, url, headers }) => [method, url, headers["x-functions-key"]]),
      [["DELETE", "/api/event-subscriptions/one?token=t", undefined]],
    );
  });

  test("prints nothing but events, whole, with --json", async () => {
    await using door = await startDoor();
    await using subscriber = startSubscriber(
      ["--relay", door.url, "--key", "k", "--source", "adjust", "--json"],
      {},
    );
    while (door.calls.length === 0 || !subscriber.errors().includes("Subscribed")) {
      if (subscriber.child.stderr) await once(subscriber.child.stderr, "data");
    }
    assert.equal(door.calls[0]?.url, "/api/event-subscriptions/adjust");
    const event = refund({ source: "adjust", type: "install", data: { text: "two\nlines" } });
    assert.equal((await post(door.calls[0]?.json.notificationUrl, event)).status, 202);
    assert.deepEqual(JSON.parse(await subscriber.line()), event);
    subscriber.child.kill("SIGTERM");
    assert.equal(await subscriber.ended(), 0);
  });

  test("says that the relay is gone when the subscription cannot be ended", async () => {
    const door = await startDoor();
    await using subscriber = startSubscriber(["--relay", door.url, "--key", "k"]);
    await subscriber.line();
    await door[Symbol.asyncDispose]();
    subscriber.child.kill("SIGTERM");
    assert.equal(await subscriber.ended(), 1);
    assert.match(subscriber.errors(), /^No relay answers at http:\S+ \(\w+\)/);
  });

  test("says what a relay refuses", async () => {
    const invalid = {
      error: {
        code: "invalid_input",
        message: "One input is not valid.",
        hint: "Correct it.",
        details: [{ field: "notificationUrl", message: "must lead to Power Automate." }],
      },
    };
    const down = {
      error: { code: "storage_unavailable", message: "The storage is down.", hint: "Try it later." },
    };
    for (const [answer, said] of [
      [{ status: 401 }, /refuses the function key: npm start prints the right one/],
      [
        { status: 400, body: invalid },
        /not valid\.\nnotificationUrl must lead .*\n.*CALLBACK_HOSTS=127\.0\.0\.1/,
      ],
      [{ status: 503, body: down }, /^The relay refuses: The storage is down\.\nTry it later\.\n$/],
      [{ status: 404, body: "Not found" }, /is no relay, or another version: it said 404/],
      [{ status: 302 }, /is no relay, or another version: it said 302/],
    ] as const) {
      await using door = await startDoor(answer);
      await using subscriber = startSubscriber(["--relay", door.url, "--key", "k"]);
      assert.equal(await subscriber.ended(), 1);
      assert.match(subscriber.errors(), said);
      assert.doesNotMatch(subscriber.errors(), /^\s+at /m);
    }
  });

  test("says what is wrong with its command line, and helps", async () => {
    for (const [args, said] of [
      [[], /function key is missing: npm start prints it/],
      [["--key", "k", "--relay", "relay"], /--relay \(or RELAY\) must be the address of a relay/],
      [["--key", "k", "--source", "apple"], /--source must be one of app-store-server, /],
      [["--key", "k", "--status", "99"], /--status must be a number from 200 to 599/],
      [["--key", "k", "--typ", "REFUND"], /--help lists the options/],
    ] as const) {
      await using subscriber = startSubscriber(args);
      assert.equal(await subscriber.ended(), 2);
      assert.match(subscriber.errors(), said);
    }
    await using subscriber = startSubscriber(["--help"]);
    assert.match(await subscriber.line(), /^Plays a flow/);
    assert.equal(await subscriber.ended(), 0);
  });
});
