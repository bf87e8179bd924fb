import path from "node:path";
import { fail, runHost } from "./run.ts";

// The project's own build, unless another is named.
const bundle = process.argv[2] ?? path.resolve(import.meta.dirname, "../../dist/index.js");

runHost({ bundle, env: process.env }).catch(fail);
