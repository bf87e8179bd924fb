import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { azureMarks } from "../functions/configuration.ts";
import { type Demo, startDemo } from "./demo.ts";
import { startHost } from "./host/host.ts";
import { readLocalSettings } from "./local-settings.ts";

/** `npm start`: the function app on this machine, with the credentials that are configured, else as a demo. */

const root = path.resolve(import.meta.dirname, "..");
const say = (line = "") => process.stdout.write(`${line}\n`);

async function start(): Promise<void> {
  const env = process.env;
  Object.assign(env, { ...(await readLocalSettings(path.join(root, "local.settings.json"))), ...env });
  // The folder that `npm run credential` writes to when it is told nothing else.
  const ownVault = path.join(root, ".local", "vault");
  if (!env.KEY_VAULT_URL && !env.LOCAL_VAULT && (await holdsCredentials(ownVault)))
    env.LOCAL_VAULT = ownVault;
  const demo = env.KEY_VAULT_URL || env.LOCAL_VAULT ? undefined : await startDemo();
  if (demo) {
    Object.assign(env, demo.env);
    // The demo's vault was made by this very process, which no function app in Azure does. Some machines carry one of
    // the marks of Azure for reasons of their own, and must not be kept from trying the demo.
    for (const mark of azureMarks) delete env[mark];
  }
  env.AZURE_FUNCTIONS_ENVIRONMENT ??= "Development";

  const port = env.PORT ? Number(env.PORT) : 7071;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error("PORT must be a number from 0 to 65535.");
  const functionKey = env.LOCAL_FUNCTION_KEY || randomBytes(24).toString("base64url");
  const host = await startHost({
    bundle: path.join(root, "dist", "index.js"),
    env,
    port,
    functionKey,
    log: (line) => process.stderr.write(`${line}\n`),
    inPlace: true,
  }).catch(async (error: unknown) => {
    await demo?.close();
    throw error;
  });
  if (!env.LOCAL_FUNCTION_KEY)
    say(`Function key for this run (set LOCAL_FUNCTION_KEY to keep one): ${functionKey}`);
  if (demo) sayDemo(demo, host.url, functionKey);
  else
    say(
      `Credentials come from ${env.KEY_VAULT_URL ?? env.LOCAL_VAULT}. Calls go to the real services unless a *_URL setting says otherwise.`,
    );
  say(`Ready: ${host.url}`);

  const stop = async () => {
    await host.close();
    await demo?.close();
    process.exit(0);
  };
  // A second signal ends the process at once, as is the default.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
}

function sayDemo(demo: Demo, url: string, key: string): void {
  const curl = (rest: string) => say(`  curl -s -H "x-functions-key: ${key}" ${rest}`);
  say();
  say(
    "DEMO MODE: no credentials are configured, so Apple and Adjust are played by a simulator on this machine.",
  );
  say("Keys and data are made up, nothing leaves this machine. Paste these lines into another terminal:");
  say();
  curl(`"${url}/app-store-connect/apps?limit=2"`);
  curl(
    `-H "Content-Type: application/json" -d '{"method":"GET","path":"inApps/v1/subscriptions/2000000000000001","bundleId":"com.example.stillwater"}' "${url}/app-store-server/requests"`,
  );
  curl(`"${url}/adjust/apps/find?storeId=1480000001&platform=ios"`);
  say();
  say(`Faults of the simulator are switched on at ${demo.controlUrl}/simulator/faults (see docs/local.md).`);
  say("To use your own keys instead: npm run credential -- add --help");
  say();
}

async function holdsCredentials(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => name.endsWith(".json"));
}

start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
