import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { watch } from "../support/canary.ts";
import { createCertificate } from "../support/certificate.ts";
import { freePorts } from "../support/free-ports.ts";
import { type LoopbackIdentity, startIdentityEndpoint } from "../support/identity-endpoint.ts";

const run = promisify(execFile);
const resource = "https://storage.azure.com";

/** A token of the form that Azure's have. Azurite looks at its claims and not at its signature. */
function azureToken(claims: Record<string, unknown> = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const standard = {
    aud: resource,
    iss: "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
    iat: now,
    nbf: now - 60,
    exp: now + 3_600,
  };
  const token = `${part({ alg: "HS256", typ: "JWT" })}.${part({ ...standard, ...claims })}.c2lnbmF0dXJl`;
  return watch("the storage token", token);
}

describe("storage by managed identity", () => {
  let identity: LoopbackIdentity;
  let folder: string;
  let addresses: string[];
  let azurite: ReturnType<typeof spawn>;
  let token = azureToken;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "storage-identity-"));
    const { certificate, privateKey } = createCertificate();
    await writeFile(path.join(folder, "certificate"), certificate);
    await writeFile(path.join(folder, "key"), privateKey, { mode: 0o600 });
    identity = await startIdentityEndpoint(() => {}, { resource, makeToken: () => token() });
    const ports = await freePorts(3);
    addresses = ports.map((port) => `https://127.0.0.1:${port}/test`);
    const [blob, queue, table] = ports.map(String);
    azurite = spawn(
      process.execPath,
      [
        createRequire(import.meta.url).resolve("azurite/dist/src/azurite.js"),
        ...["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--silent"],
        ...[
          "--oauth",
          "basic",
          "--cert",
          path.join(folder, "certificate"),
          "--key",
          path.join(folder, "key"),
        ],
        ...["--blobPort", blob ?? "", "--queuePort", queue ?? "", "--tablePort", table ?? ""],
      ],
      {
        stdio: "ignore",
        env: { ...process.env, AZURITE_ACCOUNTS: `test:${Buffer.from("k".repeat(64)).toString("base64")}` },
      },
    );
    await waitFor(ports);
  });
  after(async () => {
    azurite.kill();
    if (azurite.exitCode === null) await once(azurite, "exit");
    await identity.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function probe(): Promise<unknown[]> {
    const { stdout } = await run(
      process.execPath,
      ["--import", "tsx", path.join(import.meta.dirname, "identity-probe.ts"), ...addresses],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: path.join(folder, "certificate") } },
    );
    return JSON.parse(stdout);
  }

  it("writes and reads rows, texts and messages with the identity's token alone", async () => {
    const found = await probe();
    assert.deepEqual(found, [true, { by: "identity" }, "[1]", "sent"]);
    assert.ok(identity.calls > 0);
  });

  it("says which roles are missing when the account refuses it, and nothing of the token", async () => {
    token = () => azureToken({ aud: "https://elsewhere.example" });
    const [refused] = await probe();
    assert.equal(Object(refused).code, "storage_unavailable");
    assert.match(Object(refused).hint, /Storage Table Data Contributor/);
    assert.match(Object(refused).cause, /^Error: Could not open table identity: (401|403)/);
  });
});

async function waitFor(ports: readonly number[]): Promise<void> {
  const { connect } = await import("node:net");
  for (const port of ports) {
    for (;;) {
      const socket = connect(port, "127.0.0.1");
      const open = await Promise.race([
        once(socket, "connect").then(() => true),
        once(socket, "error").then(() => false),
      ]).catch(() => false);
      socket.destroy();
      if (open) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
