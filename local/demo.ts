import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { demoParameters, makeDemoKeys, startSimulator } from "./simulator/index.ts";

/** A demo that runs: the settings that lead the function app to it, what leads back, and its end. */
export interface Demo {
  /** Settings for the function app. */
  env: Record<string, string>;
  /** Where faults can be switched on. */
  controlUrl: string;
  /** Where the function app is, ending in `/api`: the simulated Apple and Adjust send events there from now on. */
  sendTo(appUrl: string): void;
  close(): Promise<void>;
}

/**
 * Starts the simulator of Apple and Adjust and makes keys that only it accepts. Nothing leaves the machine.
 *
 * @param keep a folder for the keys, which stays. Without one they are in a folder of the system's for temporary files,
 *   and nothing stays.
 */
export async function startDemo(keep?: string): Promise<Demo> {
  const { keys, vault } = makeDemoKeys();
  const folder = keep ?? (await mkdtemp(path.join(tmpdir(), "app-store-relay-demo-")));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const simulator = await startSimulator({ keys, keepRequests: 1_000, ports: { control: 0 } });
  await Promise.all(
    Object.entries(vault).map(([name, document]) =>
      writeFile(path.join(folder, `${name}.json`), JSON.stringify(document), { mode: 0o600 }),
    ),
  );
  const { urls } = simulator;
  return {
    env: {
      LOCAL_VAULT: folder,
      APP_STORE_CONNECT_URL: urls.appStoreConnect,
      APP_STORE_SERVER_URL: urls.appStoreServer,
      APP_STORE_SERVER_SANDBOX_URL: urls.appStoreServerSandbox,
      ADJUST_URL: urls.adjust,
      APPLE_ROOT_FINGERPRINTS: simulator.rootFingerprint,
      // So that a subscriber on this machine may be called.
      CALLBACK_HOSTS: "127.0.0.1,localhost",
    },
    controlUrl: urls.control ?? "",
    sendTo(appUrl) {
      simulator.notifications.configure({ url: `${appUrl}/events/app-store-server` });
      const token = vault["demo-adjust-callback"]?.value ?? "";
      simulator.callbacks.configure(`${appUrl}/events/adjust?token=${token}&${demoParameters}`);
    },
    async close() {
      await simulator.close();
      if (keep === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
