import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";

// The first moment that a ZIP entry can carry, in its own field that knows no time zone: the same files make the same
// archive, byte for byte, wherever and whenever it is written.
const entryOptions = {
  mtime: new Date(1980, 0, 1),
  forceDosTimestamp: true,
  mode: 0o100644,
  compressionLevel: 9,
};

/** What the Functions runtime reads of package.json; dependencies are in the bundle. */
function trimmedPackageJson(text: string): string {
  const { name, version, license, type, main, engines } = JSON.parse(text);
  return `${JSON.stringify({ name, version, private: true, license, type, main, engines }, null, 2)}\n`;
}

/**
 * The function app of a folder as the archive that Azure runs: host.json, package.json and dist/ without source maps.
 *
 * @throws Error when the app has not been built.
 */
export async function appZip(folder: string): Promise<Buffer> {
  const read = (name: string) => readFile(path.join(folder, name));
  const built = await readdir(path.join(folder, "dist")).catch((): string[] => []);
  if (!built.includes("index.js")) {
    throw new Error(`${path.join(folder, "dist/index.js")} is missing. Build first: npm run build.`);
  }
  const files = new Map<string, Buffer>([
    ["host.json", await read("host.json")],
    ["package.json", Buffer.from(trimmedPackageJson((await read("package.json")).toString()))],
  ]);
  for (const name of built.filter((file) => !file.endsWith(".map"))) {
    files.set(`dist/${name}`, await read(`dist/${name}`));
  }

  const zip = new ZipFile();
  for (const name of [...files.keys()].sort()) {
    zip.addBuffer(files.get(name) ?? Buffer.alloc(0), name, entryOptions);
  }
  zip.end();
  return await buffer(zip.outputStream);
}
