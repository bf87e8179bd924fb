import { parseArgs } from "node:util";
import { type EventSource, eventSources } from "../../functions/events/event.ts";
import { UsageError } from "../usage-error.ts";

/** What a subscriber is told at the command line. */
export interface SubscriberOptions {
  /** Origin of the relay, without `/api`. */
  relay: string;
  /** Function key. */
  key: string;
  source: EventSource;
  /** Filters as the relay takes them; none of them: everything. */
  filters: Record<string, string | string[]>;
  /** Status that each event is answered with. */
  status: number;
  /** Port to listen at; 0 picks a free one. */
  port: number;
  /** Events are printed whole. */
  json: boolean;
}

/** What `--help` prints. */
export const help = `Plays a flow: subscribes at a relay on this machine, prints each event that arrives, and ends the subscription
when it is stopped (Ctrl+C).

  npm run subscriber -- --key=KEY [options]

  --relay URL         The relay. Default: RELAY, then http://127.0.0.1:7071.
  --key=KEY           Its function key, which npm start prints; a key may begin with a hyphen, so with the sign.
                      Default: KEY, then LOCAL_FUNCTION_KEY.
  --source SOURCE     ${eventSources.join(", ")}. Default: ${eventSources[0]}.
  --type TYPE         Only events of this type, such as REFUND. Each filter may be given several times, or with commas.
  --subtype SUBTYPE   Only events of this subtype (${eventSources[0]}).
  --bundle-id ID      Only events of this app.
  --product-id ID     Only events about this product (${eventSources[0]}).
  --environment NAME  production or sandbox.
  --status STATUS     What events are answered with. Default: 202. 500 shows how they come again, 410 how a subscription ends.
  --port PORT         Port to listen at. Default: a free one.
  --json              Prints events whole, as JSON, one a line.
`;

const options = {
  relay: { type: "string" },
  key: { type: "string" },
  source: { type: "string" },
  type: { type: "string", multiple: true },
  subtype: { type: "string", multiple: true },
  "bundle-id": { type: "string", multiple: true },
  "product-id": { type: "string", multiple: true },
  environment: { type: "string" },
  status: { type: "string" },
  port: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/**
 * Reads the command line.
 *
 * @returns "help" where that is asked for.
 * @throws UsageError with a sentence that says what to change.
 */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SubscriberOptions | "help" {
  const { help: wantsHelp, ...values } = parse(args);
  if (wantsHelp) return "help";
  const key = values.key ?? (env.KEY || env.LOCAL_FUNCTION_KEY);
  if (!key)
    throw new UsageError("The function key is missing: npm start prints it; give it as --key or KEY.");
  const lists = {
    types: split(values.type),
    subtypes: split(values.subtype),
    bundleIds: split(values["bundle-id"]),
    productIds: split(values["product-id"]),
  };
  return {
    relay: originOf(values.relay ?? (env.RELAY || "http://127.0.0.1:7071")),
    key,
    source: sourceOf(values.source ?? eventSources[0]),
    filters: {
      ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
      ...(values.environment !== undefined && { environment: values.environment }),
    },
    status: numberOf("--status", values.status ?? "202", 200, 599),
    port: numberOf("--port", values.port ?? "0", 0, 65_535),
    json: values.json ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error} --help lists the options.`);
  }
}

function split(values: readonly string[] | undefined): string[] {
  return (values ?? [])
    .flatMap((value) => value.split(","))
    .map((value) => value.trim())
    .filter(Boolean);
}

/** With or without `/api`, as documents and the host's ready line have it. */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && /^\/(api\/?)?$/.test(url.pathname)) return url.origin;
  throw new UsageError("--relay (or RELAY) must be the address of a relay, such as http://127.0.0.1:7071.");
}

function sourceOf(text: string): EventSource {
  const source = eventSources.find((known) => known === text);
  if (source) return source;
  throw new UsageError(`--source must be one of ${eventSources.join(", ")}.`);
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${name} must be a number from ${least} to ${most}.`);
}
