import { rm } from "node:fs/promises";
import path from "node:path";
import { bundle } from "./bundle.ts";

const root = path.resolve(import.meta.dirname, "../..");
const outdir = path.join(root, "dist");

// Chunks carry a hash in their name: without this, those of earlier builds would be deployed along.
await rm(outdir, { recursive: true, force: true });
await bundle({ entry: path.join(root, "functions/index.ts"), outdir });
