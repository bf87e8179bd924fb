/** Domains of callback URLs of Power Automate and Logic Apps, in the public and the government clouds. Source: Microsoft. */
const flowDomains = [
  ".logic.azure.com",
  ".api.powerplatform.com",
  ".logic.azure.us",
  ".api.gov.powerplatform.microsoft.us",
  ".api.high.powerplatform.microsoft.us",
  ".api.appsplatform.us",
];

/** What settings say about callback URLs. */
export interface CallbackRules {
  /** Further hosts, exactly. */
  readonly hosts: readonly string[];
  /** A folder stands in for the vault: those hosts may be this machine, with http and any port. */
  readonly local: boolean;
}

/** A callback URL, taken apart without changing a character of its path. */
export interface Callback {
  readonly origin: string;
  /** Lower case, without port. */
  readonly host: string;
  /** Path and query as they were given. */
  readonly path: string;
  /** Its address may be one of this machine. */
  readonly mayBeLocal: boolean;
}

/** @returns the URL's parts, or what is wrong with it: words to follow the field's name, without any of the URL. */
export function readCallback(text: string, { hosts, local }: CallbackRules): Callback | string {
  // What URL parsers take away without a word: spaces, line breaks, backslashes.
  const parts = /^(https?):\/\/([A-Za-z0-9.:[\]-]+)([/?][\x21-\x7e]*)?$/.exec(text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!parts || !url || /[#\\]/.test(text)) {
    return "must be a whole https URL as the flow engine gives it, without user, fragment or spaces.";
  }
  const host = url.hostname;
  const listed = hosts.includes(host);
  if (!listed && !flowDomains.some((domain) => host.endsWith(domain))) {
    return "must lead to Power Automate or Logic Apps, or to a host that the setting CALLBACK_HOSTS names.";
  }
  const mayBeLocal = listed && local;
  if (!mayBeLocal && (url.protocol !== "https:" || url.port !== "")) return "must be https at port 443.";
  const [, , , path = "/"] = parts;
  return { origin: url.origin, host, path: path.startsWith("/") ? path : `/${path}`, mayBeLocal };
}
