import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import net from "node:net";
import { after, describe, it } from "node:test";
import { TableClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { openFolder, stateFile } from "../../local/azurite/folder.ts";
import { startAzurite } from "../../local/azurite/index.ts";
import { ended, startTestAzurite } from "../support/azurite.ts";
import { dataFolder, killed, left, queueOf, remember, startUser, textsIn } from "./support.ts";

const start = async (folder: string, owned = false) => remember(await startAzurite({ folder, owned }));

/** Comes without the key, and asks for the end. */
async function knock(port: number): Promise<void> {
  const socket = net.connect(port, "127.0.0.1");
  const closed = once(socket, "close");
  let heard = "";
  socket.on("data", (data) => {
    heard += data;
  });
  socket.write('{"nonce":"x"}\n{"proof":"guessed"}\n{"release":true}\n');
  await closed;
  assert.match(heard, /^{"nonce":"[^"]+","proof":"[^"]+"}\n$/);
}

describe("startAzurite", () => {
  after(async () => assert.deepEqual(await left(), [], "No process stays behind."));

  it("serves queues, tables and blobs on loopback, to whoever has the key and to nobody else", async () => {
    await using azurite = remember(await startTestAzurite());
    const { connectionString } = azurite;
    const endpoints = [...connectionString.matchAll(/Endpoint=http:\/\/([^:]+):(\d+)/g)];
    assert.deepEqual(
      endpoints.map(([, host]) => host),
      ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
    );
    assert.equal(new Set(endpoints.map(([, , port]) => port)).size, 3);
    await queueOf(connectionString).create();
    await queueOf(connectionString).sendMessage("kept");
    assert.deepEqual(await textsIn(connectionString), ["kept"]);
    const table = TableClient.fromConnectionString(connectionString, "things", {
      allowInsecureConnection: true,
    });
    await table.createTable();
    await table.createEntity({ partitionKey: "a", rowKey: "b" });
    const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient("things");
    await container.create();
    await container.getBlockBlobClient("a").upload("text", 4);

    // The key that every Azurite has unless it is given another one, and one that differs in one place.
    const key = /AccountKey=([^;]+)/.exec(connectionString)?.[1] ?? "";
    const other = `${key.startsWith("A") ? "B" : "A"}${key.slice(1)}`;
    const wellKnown =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    for (const wrong of [other, wellKnown]) {
      await assert.rejects(textsIn(connectionString.replace(key, wrong)), { statusCode: 403 });
    }
  });

  it("outlives a user that was killed, is found again with its data, and has written it when the next one starts", async (t) => {
    const { folder, remove } = await dataFolder();
    t.after(remove);
    const user = await startUser("shared", folder);
    await queueOf(user.connectionString).create();
    await queueOf(user.connectionString).sendMessage("before the crash");
    await killed(user.child, "SIGKILL");

    const found = await start(folder);
    assert.equal(found.pid, user.pid);
    assert.equal(found.connectionString, user.connectionString);
    assert.deepEqual(await textsIn(found.connectionString), ["before the crash"]);
    await queueOf(found.connectionString).sendMessage("just before the end");

    // The next start comes while it still writes.
    const [, again] = await Promise.all([found.stop(), start(folder)]);
    assert.ok(await ended(found.pid));
    assert.notEqual(again.pid, found.pid);
    assert.deepEqual(await textsIn(again.connectionString), ["before the crash", "just before the end"]);
    await again.stop();
    if (process.platform !== "win32") {
      assert.equal((await stat(stateFile(folder))).mode & 0o777, 0o600);
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
    }
    assert.deepEqual(
      (await readdir(folder)).filter((name) => /debug|telemetry|config|next/i.test(name)),
      [],
    );
  });

  it("is one for all who start it at once, and ends with the last of them", async (t) => {
    const { folder, remove } = await dataFolder();
    t.after(remove);
    const [one, two, user] = await Promise.all([start(folder), start(folder), startUser("shared", folder)]);
    assert.deepEqual([two.pid, user.pid], [one.pid, one.pid]);
    await knock((await openFolder(folder)).controlPort);
    await one.stop();
    await killed(user.child, "SIGTERM");
    await queueOf(two.connectionString).create();
    assert.deepEqual(await textsIn(two.connectionString), []);
    await two.stop();
    assert.ok(await ended(one.pid));
  });

  it("takes the place of one that was killed, whatever the state file says", async (t) => {
    const { folder, remove } = await dataFolder();
    t.after(remove);
    const first = await start(folder);
    process.kill(first.pid, "SIGKILL");
    assert.ok(await ended(first.pid));
    // A process number that is somebody else's by now.
    const state = JSON.parse(await readFile(stateFile(folder), "utf8"));
    await writeFile(stateFile(folder), JSON.stringify({ ...state, pid: process.pid }));
    const second = await start(folder);
    assert.notEqual(second.pid, first.pid);
    const keyOf = (text: string) => /AccountKey=[^;]+/.exec(text)?.[0];
    assert.equal(keyOf(second.connectionString), keyOf(first.connectionString));
    assert.equal(JSON.parse(await readFile(stateFile(folder), "utf8")).pid, second.pid);
    await second.stop();
  });

  it("says what to do about another program on its port, and does not tell it the key", async (t) => {
    const { folder, remove } = await dataFolder();
    t.after(remove);
    const { controlPort, accountKey } = await openFolder(folder);
    let heard = "";
    const stranger = net.createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        heard += data;
        socket.write('{"nonce":"x","proof":"guessed"}\n');
      });
    });
    stranger.listen(controlPort, "127.0.0.1");
    await once(stranger, "listening");
    await assert.rejects(
      start(folder),
      /Another program listens on port \d+, which .*state\.json names: end/,
    );
    stranger.close();
    assert.match(heard, /nonce/);
    assert.ok(!heard.includes(accountKey.slice(0, 20)));
  });

  it("says what to do about a state file that cannot be read", async (t) => {
    const { folder, remove } = await dataFolder();
    t.after(remove);
    await openFolder(folder);
    await writeFile(stateFile(folder), "{");
    await assert.rejects(start(folder), /state\.json is damaged: delete it\. The data beside it stays\./);
  });

  it("ends soon after its owner, also when that one was killed, and has written its data", async (t) => {
    const { folder, remove } = await dataFolder();
    t.after(remove);
    const owner = await startUser("owned", folder);
    await queueOf(owner.connectionString).create();
    await queueOf(owner.connectionString).sendMessage("written without an owner");
    await killed(owner.child, "SIGKILL");
    assert.ok(await ended(owner.pid));
    const next = await start(folder, true);
    assert.deepEqual(await textsIn(next.connectionString), ["written without an owner"]);
    await assert.rejects(start(folder, true), /serves .* already/);
    await next.stop();
    assert.ok(await ended(next.pid));
  });
});
