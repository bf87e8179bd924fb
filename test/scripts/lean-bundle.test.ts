import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { bundle } from "../../local/scripts/bundle.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** The texts of a bundle and of all chunks that it imports before it runs; what it imports later is not among them. */
async function loadedAtStart(folder: string, entry: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const load = async (file: string): Promise<void> => {
    if (texts.has(file)) return;
    const text = await readFile(path.join(folder, file), "utf8");
    texts.set(file, text);
    for (const [, chunk = ""] of text.matchAll(/\bimport\s*(?:[^"'()]*from)?\s*["']\.\/([^"']+)["']/g)) {
      await load(chunk);
    }
  };
  await load(entry);
  return texts;
}

describe("what is left out of the bundle", () => {
  let folder: string;
  const built = async (name: string, source: string, wholePackages = false) => {
    // Beside the project's own files, so that packages are found.
    const entry = path.join(folder, `${name}.ts`);
    await writeFile(entry, source);
    const outdir = path.join(folder, name, "dist");
    await bundle({ entry, outdir, wholePackages });
    return path.join(outdir, "index.js");
  };
  const sources = async (bundled: string): Promise<string[]> =>
    JSON.parse(await readFile(`${bundled}.map`, "utf8")).sources;
  before(async () => {
    folder = await mkdtemp(path.join(root, "node_modules", ".lean-bundle-"));
    await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("is what only transports of axios and extras of undici need", async () => {
    const scratch = await mkdtemp(path.join(tmpdir(), "lean-bundle-"));
    try {
      await bundle({ entry: path.join(root, "functions/index.ts"), outdir: scratch });
      const loaded = await loadedAtStart(scratch, "index.js");
      const files = (
        await Promise.all([...loaded.keys()].map((file) => sources(path.join(scratch, file))))
      ).flat();
      for (const used of [
        "axios/lib/core/Axios.js",
        "undici/lib/dispatcher/agent.js",
        "typebox/build/type",
      ]) {
        assert.ok(
          files.some((file) => file.includes(used)),
          `${used} is not in the bundle; has it moved?`,
        );
      }
      const unused =
        /follow-redirects|proxy-from-env|form-data|mime-db|axios\/lib\/adapters\/(http|fetch|xhr)\.js|undici\/lib\/(mock|cache|interceptor|web\/(cookies|websocket|eventsource|webidl))\/|undici\/lib\/dispatcher\/proxy-agent\.js$|typebox\/build\/type\/engine\/instantiate/;
      const text = [...loaded.values()].join("");
      assert.deepEqual(
        files.filter((file) => unused.test(file)),
        [],
      );
      // Its stand-in has the same name.
      assert.ok(!text.includes("node:http2"), "HTTP/2 is in the bundle.");
      assert.ok(text.length < 730_000, `What is loaded at start has grown to ${text.length} bytes.`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });

  it("cannot be used by mistake: an import of it fails the build", async () => {
    await assert.rejects(
      built("fetches", 'import { fetch } from "undici"; fetch("http://127.0.0.1");'),
      /fetch/,
    );
    await assert.rejects(
      built("creates", 'import axios from "axios"; axios.get("http://127.0.0.1");'),
      /default/,
    );
  });

  it("is not reached: axios sends with the transport that it is given, and knows no other", async () => {
    const bundled = await built(
      "sends",
      `import { Axios } from "axios";
       const adapter = async (config) => ({ data: config.data.length, status: 200, statusText: "", headers: {}, config });
       export const own = await new Axios({ adapter }).request({ data: "four" });
       export const none = await new Axios({}).request({ url: "http://127.0.0.1" }).catch((error) => error);`,
    );
    const { own, none } = await import(pathToFileURL(bundled).href);
    assert.equal(own.data, 4);
    assert.ok(none instanceof TypeError);
  });

  it("is there for apps that ask for it", async () => {
    const source =
      'import axios from "axios"; import { request } from "undici"; export const all = [axios, request];';
    const files = await sources(await built("whole", source, true));
    assert.ok(files.some((file) => file.includes("follow-redirects")));
  });
});
