import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { azureMarks } from "../functions/configuration.ts";
import { type AzuriteOptions, startAzurite } from "./azurite/index.ts";
import { type Demo, startDemo } from "./demo.ts";
import { fail, runHost, say } from "./host/run.ts";
import { readLocalSettings } from "./local-settings.ts";
import { buildApp } from "./scripts/build-app.ts";

/** `npm start`: builds and runs the function app on this machine, with the credentials that are configured, else as a demo. */

/** The folder that holds the settings: npm runs scripts in the project's own. */
const folder = process.cwd();

async function start(): Promise<void> {
  const env = process.env;
  for (const [name, value] of Object.entries(
    await readLocalSettings(path.join(folder, "local.settings.json")),
  )) {
    env[name] ??= value;
  }
  // The folder that `npm run credential` writes to when it is told nothing else.
  const ownVault = path.join(folder, ".local", "vault");
  if (!env.KEY_VAULT_URL && !env.LOCAL_VAULT && (await holdsCredentials(ownVault)))
    env.LOCAL_VAULT = ownVault;
  const bundle = await buildApp();
  if (env.KEY_VAULT_URL || env.LOCAL_VAULT) {
    if (env.LOCAL_VAULT && !env.KEY_VAULT_URL) await requireFolder(env.LOCAL_VAULT);
    const data = path.join(folder, ".local", "azurite");
    const storage = await startStorage(env, { folder: data });
    await runHost({
      bundle,
      env,
      introduce() {
        say(`Credentials come from ${env.KEY_VAULT_URL || env.LOCAL_VAULT}.`);
        if (storage) say(`Jobs are kept in ${data}.`);
      },
      close: async () => storage?.stop(),
    });
    return;
  }
  const storage = await startStorage(env, {});
  const demo = await startDemo();
  const callbackHosts = [env.CALLBACK_HOSTS, demo.env.CALLBACK_HOSTS].filter(Boolean).join(",");
  Object.assign(env, demo.env, { CALLBACK_HOSTS: callbackHosts });
  // The demo's vault was made by this very process, which no function app in Azure does. Some machines carry one of
  // the marks of Azure for reasons of their own, and must not be kept from trying the demo.
  for (const mark of azureMarks) delete env[mark];
  await runHost({
    bundle,
    env,
    introduce(host, functionKey) {
      demo.sendTo(host.url);
      introduceDemo(demo, host.url, functionKey);
    },
    async close() {
      await Promise.all([demo.close(), storage?.stop()]);
    },
  });
}

/**
 * Starts what stands in for the storage account, unless the settings name one. `UseDevelopmentStorage=true` names none:
 * it is how settings files say "an emulator on this machine", and this is the emulator.
 */
async function startStorage(env: NodeJS.ProcessEnv, options: AzuriteOptions) {
  const setting = env.AzureWebJobsStorage ?? "";
  const identity = Object.entries(env).some(
    ([name, value]) => name.startsWith("AzureWebJobsStorage__") && value,
  );
  if (identity || (setting !== "" && !/^\s*UseDevelopmentStorage=true;?\s*$/i.test(setting)))
    return undefined;
  const azurite = await startAzurite(options);
  env.AzureWebJobsStorage = azurite.connectionString;
  return azurite;
}

function introduceDemo(demo: Demo, url: string, key: string): void {
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
  say("To see a refund reach a subscriber, one command in each of two more terminals:");
  say();
  say(`  1. npm run --silent subscriber -- --relay ${url.replace(/\/api$/, "")} --key=${key}`);
  say(`  2. curl -s -d '{"transactionId":"310000000000104"}' ${demo.controlUrl}/simulator/refunds`);
  say();
  say(
    `Faults of the simulator are switched on at ${demo.controlUrl}/simulator/faults (docs/local.md says how).`,
  );
  say("To use your own keys instead: npm run credential -- add --help");
  say();
}

/** Functions only learn at their first call that a vault is not there; whoever starts them here is told at once. */
async function requireFolder(vault: string): Promise<void> {
  const found = await stat(vault).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new Error(
    `LOCAL_VAULT names ${vault}, which is no folder: correct it, or make it by adding a credential (npm run credential -- add --vault ${vault} --help).`,
  );
}

async function holdsCredentials(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => name.endsWith(".json"));
}

start().catch(fail);
