import assert from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import { rm, symlink } from "node:fs/promises";
import Module from "node:module";
import net from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type TestApp, testApp } from "./app.ts";

describe("startHost", () => {
  let app: TestApp;
  before(async () => {
    app = await testApp();
  });
  after(() => app.remove());

  it("lists what the app registered", async () => {
    const { host } = await app.start();
    const { functions } = host;
    await host.close();
    assert.deepEqual(
      functions.find((entry) => entry.name === "ReplaceThing"),
      {
        name: "ReplaceThing",
        disabled: false,
        trigger: "http",
        methods: ["PUT"],
        route: "things/{thingId}",
        authLevel: "anonymous",
      },
    );
    const timer = functions.find((entry) => entry.name === "OnTimer");
    assert.ok(timer?.trigger === "timer" && timer.binding.schedule === "0 0 * * * *");
    const queue = functions.find((entry) => entry.name === "OnMessage");
    assert.ok(queue?.trigger === "queue" && queue.binding.queueName === "items");
  });

  it("gives each host modules of its own, also when they start at once", async () => {
    const [one, two] = await Promise.all([
      app.start({ env: { FIXTURE: "one" } }),
      app.start({ env: { FIXTURE: "two", AZURE_FUNCTIONS_ENVIRONMENT: "Production" } }),
    ]);
    const json = async (url: string): Promise<unknown> => (await fetch(url)).json();
    assert.deepEqual(await json(`${one.host.url}/count`), { loads: 1 });
    assert.deepEqual(await json(`${one.host.url}/count`), { loads: 2 });
    assert.deepEqual(await json(`${two.host.url}/count`), { loads: 1 });
    assert.deepEqual(await json(`${two.host.url}/lazy`), { greeting: "from a chunk", sameLibrary: true });
    assert.deepEqual(await json(`${one.host.url}/environment`), {
      atLoad: { environment: "Development", fixture: "one" },
    });
    assert.deepEqual(await json(`${two.host.url}/environment`), {
      atLoad: { environment: "Production", fixture: "two" },
    });
    await Promise.all([one.host.close(), two.host.close()]);
  });

  it("leaves the process as it was, and opens no port but its own", async () => {
    const prototypes = () => [Module.prototype.require, net.Server.prototype.listen, process.env];
    const [before, environment] = [prototypes(), { ...process.env }];
    // Whoever listens goes through here, the wrapper of the host included.
    const listen = net.Server.prototype.listen;
    const listening: net.Server[] = [];
    net.Server.prototype.listen = function spy(this: net.Server, ...args: unknown[]) {
      listening.push(this);
      return Reflect.apply(listen, this, args);
    };
    const { host } = await app.start().finally(() => {
      net.Server.prototype.listen = listen;
    });
    assert.deepEqual(
      listening.map((server) => server.address()),
      [{ address: "127.0.0.1", family: "IPv4", port: Number(new URL(host.url).port) }],
    );
    await host.close();
    assert.ok(prototypes().every((value, index) => value === before[index]));
    assert.deepEqual({ ...process.env }, environment);
  });

  it("loads a bundle through a link to its folder", async (t) => {
    const link = `${app.folder}-link`;
    await symlink(app.folder, link, "junction");
    t.after(() => rm(link));
    const { host } = await app.start({ bundle: path.join(link, "dist/index.js"), inPlace: true });
    assert.equal((await fetch(`${host.url}/hello`)).status, 200);
    await host.close();
  });

  it("runs queue and timer functions when told to", async () => {
    const { host, lines } = await app.start({ env: { "AzureWebJobs.OnTimer.Disabled": "1" } });
    assert.deepEqual(await host.invoke("OnMessage", '{"a":1}', { DequeueCount: 3 }), {
      message: { a: 1 },
      dequeueCount: 3,
    });
    assert.deepEqual(await host.invoke("OnMessage", "plain"), { message: "plain" });
    await assert.rejects(host.invoke("FailingMessage", "x"), { message: "poison" });
    for (const name of ["OnTimer", "Hello", "Unknown"]) {
      await assert.rejects(host.invoke(name, "x"), /There is no enabled function/);
    }
    await host.close();
    await assert.rejects(host.invoke("OnMessage", "late"), /closing/);
    assert.ok(lines.every((line) => !line.includes("\n") && !/"level":"(trace|debug)"/.test(line)));
  });

  it("finishes running requests when it closes, and takes no new ones", async () => {
    const { host } = await app.start();
    // A kept-alive connection that is idle must not hold the host open.
    assert.equal((await fetch(`${host.url}/hello`)).status, 200);
    const slow = fetch(`${host.url}/waits?ms=150`);
    assert.equal((await fetch(`${host.url}/hello`)).status, 200);
    const ended: unknown[] = [];
    const note = (message: unknown) => ended.push(message);
    channel("fixture").subscribe(note);
    const closing = host.close();
    assert.equal(host.close(), closing, "closing twice is closing once");
    const refused = await fetch(`${host.url}/hello`).then(
      (response) => response.status,
      () => "refused",
    );
    assert.ok(refused === "refused" || refused === 503, String(refused));
    assert.deepEqual(ended, [], "the app ends after its last request");
    assert.deepEqual(await (await slow).json(), { finished: 1 });
    await closing;
    channel("fixture").unsubscribe(note);
    assert.deepEqual(ended, ["ended"]);
    await assert.rejects(fetch(`${host.url}/hello`));
  });

  it("waits no longer than the grace period", async () => {
    const { host } = await app.start({
      runtime: { now: Date.now, random: Math.random, sleep: async () => undefined },
    });
    const socket = net.connect(Number(new URL(host.url).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(`GET /api/waits?ms=2000 HTTP/1.1\r\nhost: ${new URL(host.url).host}\r\n\r\n`);
    const served = await fetch(`${host.url}/hello`);
    assert.equal(served.status, 200);
    const cut = once(socket, "close");
    await host.close();
    await cut;
  });

  it("says what to change when it cannot start", async () => {
    const { host } = await app.start();
    await assert.rejects(app.start({ port: Number(new URL(host.url).port) }), /Port \d+ is taken\. Set PORT/);
    await host.close();
    await assert.rejects(app.start({ functionKey: "" }), /key must not be empty/);
    await assert.rejects(app.start({ bundle: `${app.folder}/dist/missing.js` }), /is missing\. Build first/);
  });

  for (const [fixture, message] of [
    ["broken/empty.ts", /registers no function/],
    ["broken/throws.ts", /cannot be loaded: settings are wrong/],
    ["broken/no-streams.ts", /must call app\.setup\(\{ enableHttpStream: true \}\)/],
    ["broken/conflict.ts", /First and Second serve the same requests/],
    ["broken/reserved.ts", /begins with admin or runtime/],
    ["broken/twice.ts", /A function named "Twice" is registered already/],
    ["broken/bad-name.ts", /is no name for a function/],
  ] as const) {
    it(`refuses ${fixture}`, async () => {
      const broken = await testApp(fixture);
      await assert.rejects(broken.start(), message);
      await broken.remove();
    });
  }
});
