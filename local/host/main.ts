import { randomBytes } from "node:crypto";
import path from "node:path";
import { startHost } from "./host.ts";

const env = process.env;
env.AZURE_FUNCTIONS_ENVIRONMENT ??= "Development";

const port = env.PORT === undefined || env.PORT === "" ? 7071 : Number(env.PORT);
// The project's own build, unless another is named.
const bundle = process.argv[2] ?? path.resolve(import.meta.dirname, "../../dist/index.js");

try {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error("PORT must be a number from 0 to 65535.");
  }
  const given = env.LOCAL_FUNCTION_KEY;
  const functionKey = given || randomBytes(32).toString("base64url");
  const host = await startHost({
    bundle,
    env,
    port,
    functionKey,
    log: (line) => process.stderr.write(`${line}\n`),
    inPlace: true,
  });
  if (!given) {
    process.stdout.write(`Function key (LOCAL_FUNCTION_KEY was not set): ${functionKey}\n`);
  }
  process.stdout.write(`Ready: ${host.url}\n`);

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // A second signal ends the process at once, as is the default.
    process.once(signal, () => {
      host.close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
