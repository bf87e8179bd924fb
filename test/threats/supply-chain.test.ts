import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
}

interface LockedPackage extends Manifest {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  hasInstallScript?: boolean;
}

// Files of our own, whose shape npm fixes.
const manifest = JSON.parse(read("package.json")) as Manifest;
const lock = JSON.parse(read("package-lock.json")) as {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
};
const locked = Object.entries(lock.packages).filter(([name]) => name !== "");

/** Files that are committed. Absent: the sources came without git, as a zip of them does. */
const committed = existsSync(path.join(root, ".git"))
  ? execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean)
  : undefined;

/** Text of each committed file that is text and still there. */
function texts(): [file: string, text: string][] {
  return (committed ?? []).flatMap((file): [string, string][] => {
    const full = path.join(root, file);
    if (!existsSync(full)) return [];
    const bytes = readFileSync(full);
    return bytes.includes(0) ? [] : [[file, bytes.toString("utf8")]];
  });
}

describe("the lockfile", () => {
  it("is of the form that npm ci reads, and belongs to package.json", () => {
    assert.equal(lock.lockfileVersion, 3);
    const { dependencies, devDependencies } = lock.packages[""] ?? {};
    assert.deepEqual(
      { dependencies, devDependencies },
      {
        dependencies: manifest.dependencies,
        devDependencies: manifest.devDependencies,
      },
    );
    assert.ok(locked.length > 50);
  });

  it("gives every package an exact version and a hash of its content", () => {
    for (const [name, { version, integrity, link }] of locked) {
      assert.match(version ?? "", /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
      assert.match(integrity ?? "", /^sha512-[A-Za-z0-9+/]{86}==$/, name);
      assert.ok(!link, `${name} is a link`);
    }
  });

  it("names no host: packages come from the registry that the machine is set to", () => {
    for (const [name, { resolved }] of locked) assert.equal(resolved, undefined, name);
    assert.ok(
      !/https?:|git\+|file:/.test(
        JSON.stringify(locked.map(([, { resolved, version }]) => [resolved, version])),
      ),
    );
  });
});

describe("package.json", () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies };

  it("names exact versions, those of the lockfile", () => {
    assert.ok(Object.keys(all).length > 10);
    for (const [name, version] of Object.entries(all)) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
      assert.equal(lock.packages[`node_modules/${name}`]?.version, version, name);
    }
  });

  it("runs nothing at install, and needs nothing that does", () => {
    const hooks = Object.keys(manifest.scripts ?? {}).filter((name) =>
      /^(pre|post)?(install|prepare|publish|pack)$|^(pre|post)(test|start|build)$/.test(name),
    );
    assert.deepEqual(hooks, []);
    const npmrc = read(".npmrc").split("\n");
    for (const line of ["ignore-scripts=true", "save-exact=true", "omit-lockfile-registry-resolved=true"]) {
      assert.ok(npmrc.includes(line), line);
    }
    assert.ok(
      !npmrc.some((line) => /registry=|_auth|token/i.test(line)),
      ".npmrc names a registry or a secret",
    );
    // They ship their binaries as packages of their own; what their scripts do is a check of those.
    const withScripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([name]) => name);
    const known = /(^|\/)node_modules\/(esbuild|fsevents)$/;
    assert.deepEqual(
      withScripts.filter((name) => !known.test(name)),
      [],
    );
  });

  it("has every package of functions/ among the dependencies", () => {
    const sources = (committed ?? []).filter((file) => /^functions\/.*\.ts$/.test(file)).map(read);
    const statement = /^(?:import|export)\b[^"';]*?from "([^."][^"]*)"|\bimport\("([^."][^"]*)"\)/gm;
    const names = sources
      .flatMap((text) =>
        [...text.matchAll(statement)].map(([, stated, onDemand]) => stated ?? onDemand ?? ""),
      )
      .filter((name) => !name.startsWith("node:"))
      .map((name) => name.split("/").slice(0, name.startsWith("@") ? 2 : 1));
    const imported = new Set(names.map((parts) => parts.join("/")));
    if (committed) assert.ok(imported.size > 5);
    for (const name of imported) assert.ok(manifest.dependencies?.[name], `${name} is not a dependency`);
  });
});

describe("what is committed", () => {
  it("holds no key and no token", () => {
    const secrets = [
      // A PEM with content, which as every DER sequence begins with M; bare markers stand in code that looks for them.
      /-----BEGIN [A-Z ]*PRIVATE KEY-----(\s|\\n)*M[A-Za-z0-9+/=]{20,}/,
      /\bMIGHAgEAMBMGByqGSM49/,
      /\bMIIEv[gQ][A-Za-z0-9+/]{20,}/,
      /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}/,
      /\b(AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}/,
      /\bgh[pousr]_[A-Za-z0-9]{30,}/,
      /\bnpm_[A-Za-z0-9]{30,}/,
    ];
    const probe = `-----BEGIN ${"PRIVATE"} KEY-----\n${"M".repeat(64)}\n`;
    assert.ok(
      secrets.some((pattern) => pattern.test(probe)),
      "the patterns find nothing",
    );
    for (const [file, text] of texts()) {
      for (const pattern of secrets) assert.ok(!pattern.test(text), `${file} holds what looks like a secret`);
    }
    const names = (committed ?? []).filter((file) =>
      /\.(p8|pem|key|pfx|p12|env)$|(^|\/)local\.settings\.json$/.test(file),
    );
    assert.deepEqual(names, []);
  });

  it("names no folder of a machine", () => {
    // Homes of users on the three systems, and this very checkout.
    const folders = [
      /(^|[\s"'`(=])\/(home|Users)\/[a-z][\w.-]*\//,
      /[A-Z]:\\Users\\/,
      /(^|[\s"'`(=])\/root\//,
    ];
    for (const [file, text] of texts()) {
      if (file === "test/threats/supply-chain.test.ts") continue;
      for (const pattern of folders) assert.ok(!pattern.test(text), `${file}: ${pattern.exec(text)?.[0]}`);
      for (const own of [root, homedir()].filter((folder) => folder.length > 4)) {
        assert.ok(!text.includes(`${own}${path.sep}`), `${file} names ${own}`);
      }
    }
  });

  it("is looked at in full", () => {
    if (committed) assert.ok(texts().length > 150);
  });
});
