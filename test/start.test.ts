import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { azureMarks } from "../functions/configuration.ts";
import { readLocalSettings } from "../local/local-settings.ts";
import { ended, isRunning } from "./support/azurite.ts";

const root = path.resolve(import.meta.dirname, "..");

/**
 * What `npm start` runs, with exactly these settings besides the machine's own variables, and in another folder: the
 * project's own may hold somebody's vault and settings file.
 */
function startProcess(cwd: string, settings: Record<string, string>): ChildProcess {
  const {
    NODE_TEST_CONTEXT: _within,
    KEY_VAULT_URL: _url,
    LOCAL_VAULT: _folder,
    AzureWebJobsStorage: _storage,
    ...env
  } = process.env;
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

/** Lines that it says until it is ready. */
async function ready(child: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith("Ready: ")) break;
  }
  return lines;
}

/** The processes that a process has started, where the system tells. */
async function childrenOf({ pid }: ChildProcess): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}

async function ends(child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<unknown> {
  const exited = once(child, "exit");
  child.kill(signal);
  const [code] = await exited;
  return code;
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
  let lines: string[];
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
    lines = await ready(child);
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

  test("prints two commands that show a refund reach a subscriber", async () => {
    const [subscribe = "", refund = ""] = lines.flatMap((line) => /^ {2}[12]\. (.*)$/.exec(line)?.[1] ?? []);
    const [, args = ""] = /^npm run --silent subscriber -- (.*)$/.exec(subscribe) ?? [];
    const subscriber = spawn(
      process.execPath,
      ["--import", import.meta.resolve("tsx"), path.join(root, "local/subscriber.ts"), ...args.split(" ")],
      { cwd: temporary, stdio: ["ignore", "pipe", "inherit"] },
    );
    const said = createInterface({ input: subscriber.stdout })[Symbol.asyncIterator]();
    assert.match((await said.next()).value ?? "", /^Subscribed at /);
    const { url, init } = parseCurl(refund);
    const { notification } = Object(await (await fetch(url, init)).json());
    assert.equal(notification.attempts[0].sendAttemptResult, "SUCCESS");
    const { value: line = "" } = await said.next();
    assert.match(line, /^\S+ {2}REFUND {2}com\.example\.stillwater\.plus\.monthly {2}production {2}/);
    assert.ok(line.endsWith(notification.notificationUUID));
    assert.equal(await ends(subscriber, "SIGTERM"), 0);
    assert.equal((await said.next()).value, "The subscription has ended.");

    // Adjust was told where to call back as well.
    const callback = { method: "POST", body: JSON.stringify({ activityKind: "install" }) };
    const { sent } = Object(await (await fetch(new URL("adjust-callbacks", url), callback)).json());
    assert.equal(sent[0].attempts[0].status, 200);
  });

  test("ends on SIGTERM and leaves nothing behind", async () => {
    assert.ok((await readdir(temporary)).some((name) => name.startsWith("app-store-relay-demo-")));
    const processes = await childrenOf(child);
    if (process.platform === "linux") assert.ok(processes.length > 0, "Azurite is a process of its own.");
    assert.equal(await ends(child, "SIGTERM"), 0);
    for (const pid of processes) assert.ok(await ended(pid), `Process ${pid} is left.`);
    // The folder of the cache of tsx is not the demo's.
    assert.deepEqual(
      (await readdir(temporary)).filter((name) => !/^tsx-|^node-compile-cache$/.test(name)),
      [],
    );
  });

  test("leaves no process behind when it is killed", async () => {
    const killed = startProcess(temporary, {});
    await ready(killed);
    const processes = await childrenOf(killed);
    await ends(killed, "SIGKILL");
    for (const pid of processes) assert.ok(await ended(pid), `Process ${pid} is left.`);
  });
});

test("npm start keeps jobs in .local/azurite, which a killed host leaves running for the next one", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "start-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const vault = path.join(folder, "vault");
  await mkdir(vault);
  await cp(path.join(root, "local.settings.sample.json"), path.join(folder, "local.settings.json"));
  const settings = { LOCAL_VAULT: vault, ...Object.fromEntries(azureMarks.map((mark) => [mark, ""])) };
  const stateOf = async (): Promise<{ pid: number }> =>
    JSON.parse(await readFile(path.join(folder, ".local/azurite/state.json"), "utf8"));

  const first = startProcess(folder, settings);
  const lines = await ready(first);
  assert.ok(lines.includes(`Jobs are kept in ${path.join(folder, ".local", "azurite")}.`), lines.join("\n"));
  const { pid } = await stateOf();
  await ends(first, "SIGKILL");
  assert.ok(await isRunning(pid), "Its storage survives it.");

  const second = startProcess(folder, settings);
  await ready(second);
  assert.equal((await stateOf()).pid, pid);
  assert.equal(await ends(second, "SIGTERM"), 0);
  assert.ok(await ended(pid), "The last host in order ends it.");
});

test("npm start starts no storage where the settings name one", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "start-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const child = startProcess(folder, {
    LOCAL_VAULT: folder,
    AzureWebJobsStorage:
      "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;TableEndpoint=http://127.0.0.1:9/a;",
    ...Object.fromEntries(azureMarks.map((mark) => [mark, ""])),
  });
  const lines = await ready(child);
  assert.ok(!lines.some((line) => line.startsWith("Jobs are kept")));
  await assert.rejects(access(path.join(folder, ".local")));
  assert.equal(await ends(child, "SIGTERM"), 0);
});

test("npm run simulator says how a host reaches it, and a host that was killed finds it as it was", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "it's a simulator-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const simulator = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), path.join(root, "local/simulator/main.ts")],
    { cwd: folder, stdio: ["ignore", "pipe", "inherit"] },
  );
  assert.ok(simulator.stdout);
  let said = "";
  for await (const line of createInterface({ input: simulator.stdout })) {
    said += `${line}\n`;
    if (line.startsWith("Faults")) break;
  }
  const exports = [...said.matchAll(/^export (\w+)='(.*)'$/gm)];
  const settings = Object.fromEntries(
    exports.map(([, name = "", value = ""]) => [name, value.replaceAll("'\\''", "'")]),
  );
  assert.equal(settings.LOCAL_VAULT, path.join(folder, ".local", "simulator"));
  const env = {
    ...settings,
    ...Object.fromEntries(azureMarks.map((mark) => [mark, ""])),
    LOCAL_FUNCTION_KEY: "k",
  };
  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    const host = startProcess(folder, env);
    const url = (await ready(host)).at(-1)?.slice("Ready: ".length);
    const answer = await fetch(`${url}/app-store-connect/apps?limit=1`, {
      headers: { "x-functions-key": "k" },
    });
    assert.equal(answer.status, 200);
    await ends(host, signal);
  }
  assert.equal(await ends(simulator, "SIGTERM"), 0);
  assert.ok((await readdir(path.join(folder, ".local", "simulator"))).includes("demo-team.json"));
  const { pid } = JSON.parse(await readFile(path.join(folder, ".local/azurite/state.json"), "utf8"));
  assert.ok(await ended(pid), "No process stays behind.");
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
