/** How the storage account is reached: with a connection string, or by managed identity at its three services. */
export type StorageConfiguration =
  | { kind: "connection-string"; connectionString: string }
  | { kind: "identity"; blob: string; queue: string; table: string; clientId: string | undefined };

/** The Functions host's own setting, so that one account serves both. */
const name = "AzureWebJobsStorage";

/** Domains of Azure Storage in the public and the sovereign clouds. Source: Azure's documentation of endpoints. */
const storageDomains = [
  "core.windows.net",
  "storage.azure.net",
  "core.chinacloudapi.cn",
  "core.usgovcloudapi.net",
];

/**
 * Reads the settings of the storage account, in the forms that the Functions host takes.
 *
 * @param setting the value of a setting; undefined where it is absent.
 * @returns undefined where no account is set; a sentence where the settings are wrong.
 */
export function readStorage(
  setting: (name: string) => string | undefined,
): StorageConfiguration | string | undefined {
  const connectionString = setting(name);
  const account = setting(`${name}__accountName`);
  const uris = {
    blob: setting(`${name}__blobServiceUri`),
    queue: setting(`${name}__queueServiceUri`),
    table: setting(`${name}__tableServiceUri`),
  };
  const some = Object.values(uris).some((uri) => uri !== undefined);
  if (connectionString !== undefined) {
    if (account !== undefined || some) {
      return `${name} and ${name}__… are both set: remove ${name} to use the managed identity, or the others to use the connection string.`;
    }
    const usable = /(^|;)(AccountName|BlobEndpoint|UseDevelopmentStorage)=/i.test(connectionString);
    return usable
      ? { kind: "connection-string", connectionString }
      : `${name} must be the connection string of a storage account.`;
  }
  if (account === undefined && !some) return undefined;
  if (account !== undefined && !/^[a-z0-9]{3,24}$/.test(account)) {
    return `${name}__accountName must be the name of a storage account: 3 to 24 lower-case letters and digits.`;
  }
  const result = { kind: "identity" as const, clientId: setting(`${name}__clientId`) };
  const services = { blob: "", queue: "", table: "" };
  for (const service of ["blob", "queue", "table"] as const) {
    const uri = uris[service] ?? (account && `https://${account}.${service}.core.windows.net`);
    if (uri === undefined) {
      return `${name}__${service}ServiceUri is missing: set all three of blob, queue and table, or ${name}__accountName.`;
    }
    if (!isServiceUri(uri, service)) {
      return `${name}__${service}ServiceUri must be an address such as https://myaccount.${service}.core.windows.net.`;
    }
    services[service] = new URL(uri).origin;
  }
  return { ...result, ...services };
}

function isServiceUri(uri: string, service: string): boolean {
  const parsed = URL.canParse(uri) ? new URL(uri) : undefined;
  return (
    parsed?.protocol === "https:" &&
    parsed.port === "" &&
    parsed.username === "" &&
    parsed.password === "" &&
    parsed.pathname === "/" &&
    parsed.search === "" &&
    parsed.hash === "" &&
    storageDomains.some((domain) => parsed.hostname.endsWith(`.${service}.${domain}`))
  );
}
