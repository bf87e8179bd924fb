import assert from "node:assert/strict";
import dns, { promises } from "node:dns";
import { createServer, get } from "node:http";
import { get as getSecurely } from "node:https";
import net from "node:net";
import { it } from "node:test";

// Run by setup.test.ts in processes of their own, one attempt each. 192.0.2.1 and .invalid belong to nobody.
const failure = (emitter: NodeJS.EventEmitter) =>
  new Promise<string>((resolve) => emitter.once("error", (error: Error) => resolve(error.message)));

const attempts: Record<string, () => Promise<unknown>> = {
  address: () => failure(net.connect(80, "192.0.2.1")),
  options: () => failure(net.connect({ host: "192.0.2.1", port: 443 })),
  name: () => failure(net.connect(80, "relay.invalid")),
  http: () => failure(get("http://relay.invalid/")),
  https: () => failure(getSecurely("https://192.0.2.1/")),
  fetch: () => fetch("https://relay.invalid/").catch(String),
  lookup: () => promises.lookup("relay.invalid").catch(String),
  resolve: () => promises.resolve4("relay.invalid").catch(String),
  resolver: async () => {
    assert.throws(() => new dns.Resolver().resolve4("relay.invalid", () => undefined));
  },
  "own-lookup": () =>
    failure(
      net.connect({
        host: "relay.invalid",
        port: 80,
        lookup: (_name, { all }, done) =>
          all ? done(null, [{ address: "192.0.2.1", family: 4 }]) : done(null, "192.0.2.1", 4),
      }),
    ),
};

async function onLoopback(): Promise<void> {
  const server = createServer((_request, response) => response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), "here");
  assert.equal((await promises.lookup("localhost", { family: 4 })).address, "127.0.0.1");
  const redirected = net.connect({
    host: "relay.invalid",
    port,
    lookup: (_name, { all }, done) =>
      all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4),
  });
  await new Promise((resolve) => redirected.once("connect", resolve));
  redirected.destroy();
  server.closeAllConnections();
  server.close();
}

const attempt = process.env.ATTEMPT ?? "";
it(attempt, async () => {
  // The code under test swallows the error.
  await (attempts[attempt] ?? onLoopback)();
});
