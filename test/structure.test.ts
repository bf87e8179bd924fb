import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.resolve(import.meta.dirname, "..");

interface Source {
  /** Path from the project's root, with slashes. */
  file: string;
  text: string;
  /** What it imports, types apart: packages by name, own files by path from the root. */
  imports: readonly string[];
}

/** Every source file below a folder of the project. */
function sourcesOf(folder: string): Source[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const file = path.posix.join(folder, name.replaceAll(path.sep, "/"));
      const text = readFileSync(path.join(root, file), "utf8");
      const code = text.replace(/^import type [^;]*;$/gm, "");
      const imports = [...code.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].flatMap(([, target]) =>
        target === undefined
          ? []
          : [target.startsWith(".") ? path.posix.join(path.posix.dirname(file), target) : target],
      );
      return { file, text, imports };
    });
}

const functions = sourcesOf("functions");
const filesThat = (matches: (source: Source) => boolean) => functions.filter(matches).map(({ file }) => file);

test("the sources are found, with their imports", () => {
  assert.ok(functions.length > 60);
  assert.ok(functions.flatMap(({ imports }) => imports).length > 200);
});

test("one file loads axios and constructs it, and one knows the transport below it", () => {
  const runtime = (source: Source) => source.text.replace(/^import type .*$/gm, "");
  assert.deepEqual(
    filesThat((source) =>
      /axios\.(create|request|get|post|put|patch|delete)\b|new Axios\b/.test(runtime(source)),
    ),
    ["functions/upstream/client.ts"],
  );
  assert.deepEqual(
    filesThat(({ imports }) => imports.some((name) => name === "axios" || name.startsWith("axios/"))),
    ["functions/upstream/client.ts"],
  );
  assert.deepEqual(
    filesThat((source) => /from "undici[/"]/.test(runtime(source))),
    // Flows are called in a way of their own, which is no call of a service.
    ["functions/events/post.ts", "functions/upstream/transport.ts"],
  );
});

test("nothing calls out in another way", () => {
  assert.deepEqual(
    filesThat(
      ({ imports, text }) =>
        imports.some((name) => /^(node:)?(https?|http2|net|tls|dgram)$/.test(name)) || /\bfetch\(/.test(text),
    ),
    // It asks node:net whether a text is an address.
    ["functions/events/address.ts"],
  );
});

test("nothing in functions/ imports what stands in for Azure, or tests", () => {
  assert.deepEqual(
    filesThat(({ imports }) => imports.some((name) => /^(local|test)\//.test(name))),
    [],
  );
});

test("only the entry reads the environment", () => {
  assert.deepEqual(
    filesThat(({ text }) => /process\.env/.test(text)),
    ["functions/index.ts"],
  );
});

/** Rooms from the top down: a file may import from its own room and from those below it. */
const floors: readonly (readonly string[])[] = [
  [
    "functions/index.ts",
    "functions/register.ts",
    "functions/operation-index.ts",
    "functions/catalogue.ts",
    "functions/services.ts",
  ],
  ["functions/connection/", "functions/inbound/"],
  ["functions/app-store-connect/", "functions/app-store-server/", "functions/adjust/"],
  ["functions/events/"],
  ["functions/jobs/"],
  ["functions/relay/"],
  ["functions/http/", "functions/list.ts", "functions/look-up.ts", "functions/requests.ts"],
  ["functions/waits/"],
  ["functions/operation.ts", "functions/scope.ts", "functions/raw.ts", "functions/choose.ts"],
  ["functions/upstream/", "functions/storage/", "functions/signed-payloads/", "functions/configuration.ts"],
  ["functions/credentials/"],
  ["functions/csv/"],
  ["functions/"],
];

test("dependencies point one way", () => {
  const floorOf = (file: string) => floors.findIndex((rooms) => rooms.some((room) => file.startsWith(room)));
  const upward = functions.flatMap(({ file, text }) =>
    [...text.matchAll(/^import (?!type )[^;]*?from "(\.[^"]+)"/gm)].flatMap(([, target]) => {
      const imported = path.posix.join(path.posix.dirname(file), target ?? "");
      return floorOf(imported) < floorOf(file) ? [`${file} → ${imported}`] : [];
    }),
  );
  assert.deepEqual(upward, []);
});
