import { copyFile, link, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A bundle under paths of its own. */
export interface FreshCopy {
  /** Path of the entry file. */
  entry: string;
  remove(): Promise<void>;
}

/**
 * Puts a bundle's folder under a new path, by hard links where the file system allows.
 *
 * Node keeps one instance of a module per URL for as long as the process lives. A query on the entry's URL would make
 * only the entry new: its chunks, and with them the state of @azure/functions, would stay those of the first load.
 */
export async function freshCopy(entry: string): Promise<FreshCopy> {
  const from = path.dirname(entry);
  const root = await mkdtemp(path.join(tmpdir(), "function-app-"));
  const to = path.join(root, "dist");
  await mkdir(to);
  await writeFile(path.join(root, "package.json"), '{ "type": "module" }\n');
  const files = (await readdir(from)).filter((name) => /\.js(\.map)?$/.test(name));
  await Promise.all(
    files.map((name) =>
      link(path.join(from, name), path.join(to, name)).catch(() =>
        copyFile(path.join(from, name), path.join(to, name)),
      ),
    ),
  );
  return {
    entry: path.join(to, path.basename(entry)),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
