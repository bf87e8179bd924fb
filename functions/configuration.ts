import type { VaultConfiguration } from "./credentials/index.ts";
import { type OcspConfiguration, readOcsp } from "./signed-payloads/configuration.ts";
import { readStorage, type StorageConfiguration } from "./storage/configuration.ts";
import type { OriginName } from "./upstream/origins.ts";

/** The checked settings, read once at start. */
export interface Configuration {
  vault: VaultConfiguration;
  /** Origin that each upstream is called at. */
  origins: Readonly<Record<OriginName, string>>;
  /** Origin for absolute URLs of ours; absent: the origin of the request (on one machine only). */
  publicOrigin: string | undefined;
  /** Where long work is kept; absent: operations that need it answer `not_configured`. */
  storage: StorageConfiguration | undefined;
  /** Percent of every rate budget that background work leaves to others, 0 to 90. */
  interactiveShare: number;
  /** SHA-256 of the root certificates that signed payloads may lead to, in lower-case hexadecimal. */
  appleRoots: ReadonlySet<string>;
  /** Whether revocation of what signs payloads is checked, and where; absent: it is not. */
  ocsp?: OcspConfiguration | undefined;
  /** What Apple and Adjust send in, and the flows that are told of it. */
  events: {
    /** Days that an event is kept, counted from when it happened. */
    retentionDays: number;
    /** Hours that the first look for missed notifications of an app goes back; 0: nobody looks. */
    backfillHours: number;
    /** Host names that a flow's callback URL may have beside those of Power Automate and Logic Apps. */
    callbackHosts: readonly string[];
  };
  /** What a plan of prices may hold at most. */
  prices: {
    /** Products of one plan. */
    maxItems: number;
    /** Percent by which a price may change, up or down; absent: any. */
    maxChangePercent: number | undefined;
  };
}

/** The settings, or one sentence that says what to change. */
export type ConfigurationResult =
  | { ok: true; configuration: Configuration }
  | { ok: false; sentence: string };

/** The services' own origins. Source: Apple's and Adjust's documentation. */
export const publicOrigins: Readonly<Record<OriginName, string>> = {
  "app-store-connect": "https://api.appstoreconnect.apple.com",
  "app-store-server": "https://api.storekit.apple.com",
  "app-store-server-sandbox": "https://api.storekit-sandbox.apple.com",
  adjust: "https://automate.adjust.com",
  "adjust-api": "https://api.adjust.com",
  "adjust-s2s": "https://s2s.adjust.com",
  "adjust-gdpr": "https://gdpr.adjust.com",
};

/** Settings of other origins. One stands for all of Adjust's: their paths differ from each other. */
const originSettings: Readonly<Record<string, readonly OriginName[]>> = {
  APP_STORE_CONNECT_URL: ["app-store-connect"],
  APP_STORE_SERVER_URL: ["app-store-server"],
  APP_STORE_SERVER_SANDBOX_URL: ["app-store-server-sandbox"],
  ADJUST_URL: ["adjust", "adjust-api", "adjust-s2s", "adjust-gdpr"],
};

/** Apple Root CA - G3, by SHA-256. Source: Apple's list of certificate authorities. */
const appleRoot = "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179";

/** Settings that are whole numbers, with what they are at least, at most, and when they are not set. */
const numberSettings = {
  // Above 90 a job would hardly go on.
  INTERACTIVE_SHARE: { least: 0, most: 90, otherwise: 15 },
  // More than this do not fit into a day of Apple's budget, 3,500 calls an hour, at three to four calls each.
  PRICE_MAX_ITEMS: { least: 1, most: 20_000, otherwise: 10_000 },
  PRICE_MAX_CHANGE_PERCENT: { least: 1, most: 1_000, otherwise: undefined },
  // Less than a week, and what Apple sends again for three days could count as new.
  EVENT_RETENTION_DAYS: { least: 7, most: 3_650, otherwise: 90 },
  // As far as Apple's history goes, which is 180 days; 0 switches it off.
  BACKFILL_HOURS: { least: 0, most: 4_320, otherwise: 24 },
} as const;

/** Set by Azure on every instance: where one of them is, a folder must never stand in for the vault. */
export const azureMarks = [
  "WEBSITE_SITE_NAME",
  "WEBSITE_INSTANCE_ID",
  "CONTAINER_NAME",
  "CONTAINER_APP_NAME",
];

/** Domains of Key Vault in the public and the sovereign clouds. Source: Azure's documentation of Key Vault URIs. */
const vaultDomains = [".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net"];

/**
 * Reads the settings and checks them across fields.
 *
 * @param env the process environment; settings that are empty count as absent.
 */
export function readConfiguration(env: Readonly<Record<string, string | undefined>>): ConfigurationResult {
  const setting = (name: string) => env[name]?.trim() || undefined;
  const vault = readVault(setting);
  if (typeof vault === "string") return { ok: false, sentence: vault };
  const origins = { ...publicOrigins };
  for (const [variable, names] of Object.entries(originSettings)) {
    const value = setting(variable);
    if (value === undefined) continue;
    if (vault.kind !== "folder") {
      return {
        ok: false,
        sentence: `${variable} is for tests on one machine: remove it, or set LOCAL_VAULT instead of KEY_VAULT_URL.`,
      };
    }
    const origin = loopbackOrigin(value);
    if (!origin) {
      return {
        ok: false,
        sentence: `${variable} must be an origin on this machine, such as http://127.0.0.1:8080.`,
      };
    }
    for (const name of names) origins[name] = origin;
  }
  const publicUrl = setting("PUBLIC_URL");
  if (publicUrl !== undefined && !isOrigin(publicUrl)) {
    return {
      ok: false,
      sentence: "PUBLIC_URL must be an origin without a path, such as https://relay.example.com.",
    };
  }
  const hostName = setting("WEBSITE_HOSTNAME");
  const inAzure = azureMarks.some((mark) => setting(mark) !== undefined);
  const publicOrigin = publicUrl
    ? new URL(publicUrl).origin
    : inAzure && hostName
      ? `https://${hostName}`
      : undefined;
  if (inAzure && !publicOrigin) {
    return {
      ok: false,
      sentence: "Set PUBLIC_URL to the origin of this app, such as https://relay.example.com.",
    };
  }
  const storage = readStorage(setting);
  if (typeof storage === "string") return { ok: false, sentence: storage };
  const numbers = readNumbers(setting);
  if (typeof numbers === "string") return { ok: false, sentence: numbers };
  const appleRoots = readAppleRoots(setting("APPLE_ROOT_FINGERPRINTS"), vault);
  if (typeof appleRoots === "string") return { ok: false, sentence: appleRoots };
  const ocsp = readOcsp(setting, vault.kind === "folder" ? loopbackOrigin : undefined);
  if (typeof ocsp === "string") return { ok: false, sentence: ocsp };
  const { retentionDays, backfillHours, ...others } = numbers;
  const callbackHosts = readCallbackHosts(setting("CALLBACK_HOSTS"), vault);
  if (typeof callbackHosts === "string") return { ok: false, sentence: callbackHosts };
  const events = { retentionDays, backfillHours, callbackHosts };
  return {
    ok: true,
    configuration: { vault, origins, publicOrigin, storage, appleRoots, ocsp, events, ...others },
  };
}

/** Other roots are for tests: whoever could set them in Azure could sign anything in Apple's name. */
function readAppleRoots(text: string | undefined, vault: VaultConfiguration): ReadonlySet<string> | string {
  if (text === undefined) return new Set([appleRoot]);
  if (vault.kind !== "folder") {
    return "APPLE_ROOT_FINGERPRINTS is for tests on one machine: remove it, or set LOCAL_VAULT instead of KEY_VAULT_URL.";
  }
  const fingerprints = text.split(",").map((part) => part.trim().toLowerCase());
  return fingerprints.every((fingerprint) => /^[0-9a-f]{64}$/.test(fingerprint))
    ? new Set(fingerprints)
    : "APPLE_ROOT_FINGERPRINTS must be SHA-256 fingerprints of certificates: 64 hexadecimal digits each, with commas in between.";
}

/** Host names, exactly. Those of this machine are for tests, where a folder is the vault. */
function readCallbackHosts(text: string | undefined, vault: VaultConfiguration): readonly string[] | string {
  const hosts = (text ?? "")
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== "");
  const wrong = hosts.find((host) => !isHostName(host) && !(vault.kind === "folder" && isLoopback(host)));
  return wrong === undefined
    ? hosts
    : "CALLBACK_HOSTS must be host names, with commas in between and without port or path, such as flows.example.com.";
}

/** A name of the public DNS: labels with dots in between, the last of which no IP address has. */
function isHostName(host: string): boolean {
  return /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(host);
}

function isLoopback(host: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(host);
}

function readNumbers(
  setting: (name: string) => string | undefined,
):
  | (Pick<Configuration, "interactiveShare" | "prices"> & { retentionDays: number; backfillHours: number })
  | string {
  const wrong: string[] = [];
  const number = <Otherwise>(
    name: string,
    { least, most, otherwise }: { least: number; most: number; otherwise: Otherwise },
  ) => {
    const text = setting(name);
    if (text === undefined) return otherwise;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    wrong.push(
      `${name} must be a whole number from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}, such as ${otherwise ?? 50}.`,
    );
    return otherwise;
  };
  const numbers = {
    retentionDays: number("EVENT_RETENTION_DAYS", numberSettings.EVENT_RETENTION_DAYS),
    backfillHours: number("BACKFILL_HOURS", numberSettings.BACKFILL_HOURS),
    interactiveShare: number("INTERACTIVE_SHARE", numberSettings.INTERACTIVE_SHARE),
    prices: {
      maxItems: number("PRICE_MAX_ITEMS", numberSettings.PRICE_MAX_ITEMS),
      maxChangePercent: number("PRICE_MAX_CHANGE_PERCENT", numberSettings.PRICE_MAX_CHANGE_PERCENT),
    },
  };
  return wrong[0] ?? numbers;
}

function readVault(setting: (name: string) => string | undefined): VaultConfiguration | string {
  const url = setting("KEY_VAULT_URL");
  const path = setting("LOCAL_VAULT");
  if (url !== undefined && path !== undefined) {
    return "KEY_VAULT_URL and LOCAL_VAULT are both set: remove LOCAL_VAULT to use Key Vault, or KEY_VAULT_URL to use the folder.";
  }
  if (url !== undefined) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    const isVault =
      parsed !== undefined &&
      parsed.protocol === "https:" &&
      parsed.port === "" &&
      parsed.username === "" &&
      parsed.password === "" &&
      parsed.pathname === "/" &&
      parsed.search === "" &&
      parsed.hash === "" &&
      vaultDomains.some((domain) => parsed.hostname.endsWith(domain));
    return isVault
      ? { kind: "key-vault", url: parsed.origin }
      : "KEY_VAULT_URL must be the https address of a Key Vault, such as https://my-vault.vault.azure.net.";
  }
  if (path === undefined) {
    return "No vault is configured: set KEY_VAULT_URL to the address of your Key Vault, or LOCAL_VAULT to a folder on this machine.";
  }
  if (setting("AZURE_FUNCTIONS_ENVIRONMENT") !== "Development") {
    return "LOCAL_VAULT works on one machine only, where AZURE_FUNCTIONS_ENVIRONMENT is Development: set KEY_VAULT_URL instead.";
  }
  const mark = azureMarks.find((name) => setting(name) !== undefined);
  if (mark !== undefined) {
    return `A folder cannot be the vault where ${mark} is set, as it is in Azure. On a machine of your own remove ${mark} from the environment; in Azure set KEY_VAULT_URL instead of LOCAL_VAULT.`;
  }
  return { kind: "folder", path };
}

function isOrigin(value: string): boolean {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (!parsed || (parsed.protocol !== "https:" && !loopbackOrigin(value))) return false;
  return value === parsed.origin || value === `${parsed.origin}/`;
}

/** The origin of a plain http or https address on this machine; undefined for any other. */
function loopbackOrigin(value: string): string | undefined {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (!parsed || !["http:", "https:"].includes(parsed.protocol)) return undefined;
  if (!isLoopback(parsed.hostname)) return undefined;
  return value === parsed.origin || value === `${parsed.origin}/` ? parsed.origin : undefined;
}
