import { createRequire } from "node:module";

/** An Azurite that serves from within this process. */
export interface AzuriteServer {
  connectionString: string;
  /** Settles when it has written its data and let go of its ports. */
  closed: Promise<void>;
}

// The name that every tool knows an emulator's account by.
const account = "devstoreaccount1";

/**
 * Runs Azurite in this process, as its command does, on free ports of 127.0.0.1. Ends with `process.emit("SIGTERM")`
 * or the signal itself.
 *
 * Azurite has no interface for programs that covers all three services, so its command is run with arguments of ours,
 * and what it prints is read here instead of by a person.
 *
 * @param folder where the data is kept; without one it is in memory only.
 */
export async function serveAzurite(accountKey: string, folder: string | undefined): Promise<AzuriteServer> {
  process.env.AZURITE_ACCOUNTS = `${account}:${accountKey}`;
  process.argv = [
    process.execPath,
    "azurite",
    ...["blob", "queue", "table"].flatMap((service) => [
      `--${service}Host`,
      "127.0.0.1",
      `--${service}Port`,
      "0",
    ]),
    ...(folder === undefined ? ["--inMemoryPersistence"] : ["--location", folder]),
    "--silent",
    // Nothing leaves this machine.
    "--disableTelemetry",
    // The SDKs speak newer versions than this release knows by name.
    "--skipApiVersionCheck",
  ];

  const addresses: Record<string, string> = {};
  let closed = () => {};
  let open = 3;
  const allClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  console.log = (text: unknown) => {
    const [, service, address] =
      /^Azurite (\w+) service is successfully listening at (\S+)$/.exec(String(text)) ?? [];
    if (service !== undefined && address !== undefined) addresses[service] = address;
    if (/^Azurite \w+ service successfully closed$/.test(String(text))) {
      open -= 1;
      if (open === 0) closed();
    }
  };

  // The last thing that the command does when it starts is to wait for the signal to end.
  const started = new Promise<void>((resolve) => {
    process.on("newListener", (event) => {
      if (event === "SIGTERM") resolve();
    });
  });
  createRequire(import.meta.url)("azurite/dist/src/azurite.js");
  await started;
  const endpoints = ["Blob", "Queue", "Table"].map((service) => {
    const address = addresses[service];
    if (address === undefined) throw new Error(`Azurite did not say where its ${service} service is.`);
    return `${service}Endpoint=${address}/${account};`;
  });
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};${endpoints.join("")}`,
    closed: allClosed,
  };
}
