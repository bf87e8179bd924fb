import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { azureMarks } from "../functions/configuration.ts";
import { readLocalSettings } from "../local/local-settings.ts";

const root = path.resolve(import.meta.dirname, "..");

/**
 * What `npm start` runs, with exactly these settings besides the machine's own variables, and in another folder: the
 * project's own may hold somebody's vault and settings file.
 */
function startProcess(cwd: string, settings: Record<string, string>): ChildProcess {
  const { NODE_TEST_CONTEXT: _within, KEY_VAULT_URL: _url, LOCAL_VAULT: _folder, ...env } = process.env;
  return spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), path.join(root, "local/start.ts")],
    {
      cwd,
      env: { ...env, PORT: "0", ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

/** The parts of a pasted curl line that this test understands; anything else fails it. */
function parseCurl(line: string): { url: string; init: RequestInit } {
  const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
  assert.deepEqual(words.slice(0, 2), ["curl", "-s"]);
  const headers: Record<string, string> = {};
  let body: string | undefined;
  let url = "";
  for (let at = 2; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "-H") {
      at += 1;
      const [name = "", value = ""] = (words[at] ?? "").split(": ");
      headers[name] = value;
    } else if (word === "-d") {
      at += 1;
      body = words[at];
    } else url = word;
  }
  return { url, init: { headers, ...(body !== undefined && { method: "POST", body }) } };
}

describe("npm start without credentials", () => {
  let child: ChildProcess;
  const lines: string[] = [];
  let temporary: string;

  before(async () => {
    temporary = await mkdtemp(path.join(tmpdir(), "start-"));
    // One of Azure's marks, as some machines carry it: demo mode has to start all the same.
    child = startProcess(temporary, {
      [azureMarks[2] ?? ""]: "a-machine",
      TMPDIR: temporary,
      TEMP: temporary,
      TMP: temporary,
    });
    assert.ok(child.stdout);
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line.startsWith("Ready: ")) break;
    }
  });

  after(async () => {
    child.kill("SIGKILL");
    await rm(temporary, { recursive: true, force: true });
  });

  test("says plainly that it is a demo, and where it is", () => {
    assert.match(lines.join("\n"), /DEMO MODE: no credentials are configured/);
    assert.match(lines.at(-1) ?? "", /^Ready: http:\/\/127\.0\.0\.1:\d+\/api$/);
  });

  test("prints three curl lines, one for each service, that work when pasted", async () => {
    const pasted = lines
      .filter((line) => line.trim().startsWith("curl "))
      .map((line) => parseCurl(line.trim()));
    assert.equal(pasted.length, 3);
    const answers = await Promise.all(pasted.map(({ url, init }) => fetch(url, init)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    assert.match(bodies[0] ?? "", /"bundleId":"com\.example\.harborkings"/);
    assert.match(bodies[1] ?? "", /"environment":"Sandbox","status":200/);
    assert.match(bodies[2] ?? "", /"adjustAppToken":"hk1ios2game3"/);
  });

  test("ends on SIGTERM and leaves nothing behind", async () => {
    assert.ok((await readdir(temporary)).some((name) => name.startsWith("app-store-relay-demo-")));
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    assert.deepEqual(
      (await readdir(temporary)).filter((name) => name.startsWith("app-store-relay-demo-")),
      [],
    );
  });
});

test("npm start with settings that cannot be used ends with the sentence", async () => {
  const child = startProcess(tmpdir(), { KEY_VAULT_URL: "https://v.vault.azure.net", LOCAL_VAULT: "x" });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, "close");
  assert.equal(code, 1);
  assert.match(said, /are both set: remove LOCAL_VAULT/);
  assert.doesNotMatch(said, /^\s+at /m);
});

test("npm start with a vault that is not there says so", async () => {
  const child = startProcess(tmpdir(), { LOCAL_VAULT: path.join(tmpdir(), "no-such-vault") });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, "close");
  assert.equal(code, 1);
  assert.match(said, /^LOCAL_VAULT names .*no-such-vault, which is no folder: correct it/);
});

describe("local.settings.json", () => {
  test("gives its Values, and none when there is no file", async () => {
    assert.deepEqual(await readLocalSettings(path.join(root, "no-such-file.json")), {});
    const sample = await readLocalSettings(path.join(root, "local.settings.sample.json"));
    assert.equal(sample.LOCAL_VAULT, ".local/vault");
  });

  test("says what is wrong with a file that is not JSON", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "settings-"));
    const file = path.join(folder, "local.settings.json");
    await writeFile(file, "{");
    await assert.rejects(readLocalSettings(file), /not valid JSON: correct it, or delete it/);
    await rm(folder, { recursive: true });
    await assert.rejects(access(file));
  });
});
