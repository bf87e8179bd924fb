import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
}

const manifest: Record<"dependencies" | "devDependencies", Record<string, string>> = JSON.parse(
  read("package.json"),
);
const lock: { packages: Record<string, LockedPackage> } = JSON.parse(read("package-lock.json"));
const packages = Object.entries(lock.packages).filter(([name]) => name !== "");

/** Files that git tracks, or would with the next `git add`. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "");

test("every dependency has one exact version", () => {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  assert.ok(ranges.length > 10);
  const loose = ranges.filter(([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range));
  assert.deepEqual(loose, []);
});

test("the lockfile holds a hash of every package and names no host", () => {
  assert.ok(packages.length > 50);
  assert.deepEqual(
    packages.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([name]) => name),
    [],
  );
  assert.deepEqual(
    packages.filter(([, { resolved, link }]) => resolved !== undefined || link).map(([name]) => name),
    [],
  );
});

test("the lockfile is the manifest's", () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    assert.equal(lock.packages[`node_modules/${name}`]?.version, version, name);
  }
});

test("nothing that is installed runs a script of its own", () => {
  assert.match(read(".npmrc"), /^ignore-scripts=true$/m);
});

test("no private key is in the repository", () => {
  assert.ok(files.length > 100);
  // Spelled so that this file does not find itself.
  const begin = new RegExp(
    `${"-".repeat(5)}BEGIN ([A-Z]+ )?PRIVATE KEY${"-".repeat(5)}\\s*\\n?[A-Za-z0-9+/]{20}`,
  );
  const found = files.filter((file) => begin.test(read(file)) || /\.(p8|pem|key|pfx)$/.test(file));
  assert.deepEqual(found, []);
});

test("the repository names no place of the machine that it was made on", () => {
  const home = new RegExp(`(^|[\\s"'\`(=])/${"work"}/|/${"home"}/[a-z]+/|/${"root"}/|C:\\\\\\\\Users`);
  const found = files.filter((file) => !file.endsWith(".png") && home.test(read(file)));
  assert.deepEqual(found, []);
});
