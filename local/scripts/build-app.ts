import { rm } from "node:fs/promises";
import path from "node:path";
import { stop } from "esbuild";
import { bundle } from "./bundle.ts";

/** Builds the function app into `dist/` of the project. @returns path of the bundle's entry. */
export async function buildApp(): Promise<string> {
  const root = path.resolve(import.meta.dirname, "../..");
  const outdir = path.join(root, "dist");
  // Chunks carry a hash in their name: without this, those of earlier builds would be deployed along.
  await rm(outdir, { recursive: true, force: true });
  await bundle({ entry: path.join(root, "functions/index.ts"), outdir });
  // esbuild keeps a process of its own for further builds; after this one there are none.
  await stop();
  return path.join(outdir, "index.js");
}
