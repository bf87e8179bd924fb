import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { PNG } from "pngjs";
import { catalogue } from "../../functions/catalogue.ts";
import { hostProblem, readArguments } from "../../local/connector/arguments.ts";
import { replaceBlock } from "../../local/connector/blocks.ts";
import { generatedFiles, staleFiles, writeFiles } from "../../local/connector/files.ts";
import { root } from "./support.ts";

const scratch = await mkdtemp(path.join(tmpdir(), "connector-"));
after(() => rm(scratch, { recursive: true, force: true }));

/** Runs the command; answers its exit code and what it wrote. */
async function connectorCommand(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const command = ["--import", "tsx", "local/connector/write.ts", ...args];
    return { code: 0, ...(await promisify(execFile)(process.execPath, command, { cwd: root })) };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error)) throw error;
    return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

describe("arguments", () => {
  test("say what to do", () => {
    assert.deepEqual(readArguments([]), { do: "write" });
    assert.deepEqual(readArguments(["--check"]), { do: "check" });
    assert.deepEqual(readArguments(["--release"]), { do: "release" });
    assert.deepEqual(readArguments(["--host", "My-Relay.AzureWebsites.net"]), {
      do: "fixed-host",
      host: "my-relay.azurewebsites.net",
      out: "connector/out",
    });
    assert.deepEqual(readArguments(["--host=a.example", "--out", "x"]), {
      do: "fixed-host",
      host: "a.example",
      out: "x",
    });
  });

  for (const args of [
    ["--chekc"],
    ["now"],
    ["--host"],
    ["--out", "x"],
    ["--check", "--release"],
    ["--check", "--host", "a.example"],
  ]) {
    test(`${args.join(" ")} is refused with a sentence`, () => {
      const wish = readArguments(args);
      assert.ok(wish.do === "help" && wish.sentence !== undefined && wish.sentence.length > 10);
    });
  }

  for (const [host, why] of [
    ["https://relay.example.com", /scheme/],
    ["relay.example.com/api", /path/],
    ["relay.example.com?code=x", /path/],
    ["user@relay.example.com", /user/],
    ["relay.example.com:443", /port/],
    ["localhost", /is none/],
    ["127.0.0.1", /is none/],
    ["[::1]", /is none/],
    ["relay..example.com", /is none/],
    ["-relay.example.com", /is none/],
    ["relay.example.com.", /is none/],
    ["relay example.com", /is none/],
    ["relay.example.com\n", /is none/],
    [`${"a".repeat(64)}.example.com`, /is none/],
    [`${"a.".repeat(130)}example`, /is none/],
    ["", /is none/],
  ] as const) {
    test(`${JSON.stringify(host.slice(0, 30))} is not a host name`, () => {
      assert.match(hostProblem(host) ?? "", why);
    });
  }
});

describe("the command", () => {
  test("--check finds the files current, and writes nothing", async () => {
    const { code, stderr } = await connectorCommand("--check");
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  test("--host writes a connector for one host, whole", async () => {
    const out = path.join(scratch, "fixed");
    const { code, stdout } = await connectorCommand("--host", "my-relay.azurewebsites.net", "--out", out);
    assert.equal(code, 0);
    assert.match(stdout, /my-relay\.azurewebsites\.net/);
    assert.deepEqual((await readdir(out)).sort(), [
      "apiDefinition.swagger.json",
      "apiProperties.json",
      "icon.png",
    ]);
    const definition: unknown = JSON.parse(
      await readFile(path.join(out, "apiDefinition.swagger.json"), "utf8"),
    );
    assert.ok(typeof definition === "object" && definition !== null && "host" in definition);
    assert.equal(definition.host, "my-relay.azurewebsites.net");
    const properties = await readFile(path.join(out, "apiProperties.json"), "utf8");
    assert.ok(!properties.includes("policyTemplateInstances") && !properties.includes('"host"'));
  });

  test("a wrong host ends with the reason and the help", async () => {
    const { code, stdout, stderr } = await connectorCommand(
      "--host",
      "https://my-relay.azurewebsites.net/api",
    );
    assert.equal(code, 1);
    assert.match(stderr, /leave the scheme out/);
    assert.match(stdout, /npm run connector -- --check/);
  });
});

describe("the files", () => {
  const files = generatedFiles(catalogue);

  test("are written where they are missing, and then current", async () => {
    const copy = path.join(scratch, "new");
    await cp(path.join(root, "connector/README.md"), path.join(copy, "connector/README.md"));
    assert.deepEqual(await writeFiles(copy, files), [
      "connector/apiDefinition.swagger.json",
      "connector/apiProperties.json",
      "connector/icon.png",
    ]);
    assert.deepEqual(await staleFiles(copy, files), []);
    assert.deepEqual(await writeFiles(copy, files), []);
  });

  for (const name of files.map((file) => file.name)) {
    test(`${name} is stale after any change of what is generated`, async () => {
      const copy = path.join(scratch, name.replaceAll("/", "-"));
      for (const { name } of files) await cp(path.join(root, name), path.join(copy, name));
      assert.deepEqual(await staleFiles(copy, files), []);
      const file = path.join(copy, name);
      await writeFile(file, changed(name, await readFile(file)));
      assert.deepEqual(await staleFiles(copy, files), [name]);
      assert.deepEqual(await writeFiles(copy, files), [name]);
      assert.deepEqual(await staleFiles(copy, files), []);
    });
  }

  test("a README of the connector without its block is an error, not a silence", async () => {
    const copy = path.join(scratch, "bare");
    await cp(path.join(root, "connector"), path.join(copy, "connector"), { recursive: true });
    await writeFile(path.join(copy, "connector/README.md"), "# Nothing\n");
    assert.deepEqual(await staleFiles(copy, files), ["connector/README.md"]);
    await assert.rejects(writeFiles(copy, files), /no lines <!-- operations -->/);
  });

  test("the same picture packed otherwise is current", async () => {
    const icon = files.find(({ name }) => name.endsWith("icon.png"));
    assert.ok(icon);
    const made = icon.make(undefined);
    const packed = PNG.sync.write(PNG.sync.read(made), { deflateLevel: 1 });
    assert.ok(!packed.equals(made));
    assert.ok(icon.isCurrent(packed));
  });
});

/** A file with one thing changed inside of what is generated. */
function changed(name: string, content: Buffer): Buffer {
  if (name.endsWith(".png")) {
    const icon = PNG.sync.read(content);
    icon.data[0] = (icon.data[0] ?? 0) ^ 1;
    return PNG.sync.write(icon);
  }
  const text = content.toString("utf8");
  const edited = name.endsWith(".md") ? text.replace("| --- |", "| :-- |") : text.replace('"', "'");
  assert.notEqual(edited, text);
  if (!name.endsWith(".md")) return Buffer.from(edited);
  // The first table of a README may be written by hand: the change has to be inside the block.
  return Buffer.from(text.replace("<!-- operations -->\n", "<!-- operations -->\n\nMore."));
}

describe("a block", () => {
  test("is replaced between its lines, and nowhere else", () => {
    const page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n";
    assert.equal(replaceBlock(page, "x", "new"), "a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb\n");
    assert.equal(replaceBlock(page, "x", "$& $1"), "a\n<!-- x -->\n\n$& $1\n\n<!-- /x -->\nb\n");
  });

  test("that is not there is not made up", () => {
    assert.equal(replaceBlock("a\n", "x", "new"), undefined);
    assert.equal(replaceBlock("<!-- x -->", "x", "new"), undefined);
    assert.equal(replaceBlock("<!-- /x -->\n<!-- x -->", "x", "new"), undefined);
  });
});
