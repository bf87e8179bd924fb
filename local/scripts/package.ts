import { writeFile } from "node:fs/promises";
import path from "node:path";
import { appZip } from "./app-zip.ts";

const root = path.resolve(import.meta.dirname, "../..");
const zip = await appZip(root);
await writeFile(path.join(root, "app-store-relay.zip"), zip);
console.log(`app-store-relay.zip: ${Math.ceil(zip.length / 1024)} KiB`);
