import * as Type from "typebox";
import type { Credential, CredentialKind } from "../credentials/index.ts";
import { RelayError } from "../errors.ts";
import type { EventSource } from "../events/event.ts";
import { flag, words } from "../schema.ts";
import type { Scope } from "../scope.ts";

/** Whether events of one service can come in. */
export const EventReadiness = Type.Object(
  {
    source: words("Source", "Service that sends events in: app-store-server, app-store-connect or adjust."),
    ready: flag("Ready", "Whether everything is there that its events need."),
    message: words("Message", "What was found."),
    hint: Type.Optional(words("Hint", "What to do about it.")),
  },
  { title: "Events of a service" },
);

type Readiness = Type.Static<typeof EventReadiness>;

/** What is missing, and what to do about it. */
type Lack = Pick<Readiness, "message" | "hint">;

const add =
  "Run npm run credential -- add --help; docs/events.md says which one, and what the service needs to be told.";

/** Kinds of credential of which a source needs one, in plain words. */
const needed: Readonly<Record<EventSource, { kinds: readonly CredentialKind[]; what: string }>> = {
  "app-store-server": {
    kinds: ["in-app-purchase"],
    what: "in-app-purchase, which says whose notifications to believe",
  },
  "app-store-connect": {
    kinds: ["app-store-connect-webhook-master", "app-store-connect-webhook"],
    what: "app-store-connect-webhook-master or app-store-connect-webhook, with which webhooks are signed",
  },
  adjust: { kinds: ["adjust-callback"], what: "adjust-callback, the token in the address of callbacks" },
};

/**
 * What events of each service need, and whether it is there. Nothing is sent anywhere.
 *
 * @param usable credentials that nothing keeps from working.
 */
export async function eventReadiness(scope: Scope, usable: readonly Credential[]): Promise<Readiness[]> {
  const away = await storageLack(scope);
  return (Object.keys(needed) as EventSource[]).map((source) => {
    const lack = away ?? credentialLack(source, usable);
    return lack ? { source, ready: false, ...lack } : { source, ready: true, message: "Events can come in." };
  });
}

/** Whether events could be stored, tried by reading. */
async function storageLack({ events }: Scope): Promise<Lack | undefined> {
  try {
    await events.waiting(undefined, 1);
    return undefined;
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    return { message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
}

function credentialLack(source: EventSource, usable: readonly Credential[]): Lack | undefined {
  const { kinds, what } = needed[source];
  const serving = usable.filter(({ kind }) => kinds.includes(kind));
  if (serving.length === 0)
    return { message: `The vault has no usable credential of the kind ${what}.`, hint: add };
  if (source !== "app-store-server") return undefined;
  const known = new Set(
    serving.flatMap(({ bundleIds, appAppleIds }) => (appAppleIds.length > 0 ? bundleIds : [])),
  );
  const unknown = [...new Set(serving.flatMap(({ bundleIds }) => bundleIds))].filter((id) => !known.has(id));
  if (unknown.length === 0) return undefined;
  return {
    message: `Notifications of production are refused for ${unknown.join(", ")}: no credential says the app's Apple ID.`,
    hint: "Set the tag app-apple-ids of the in-app-purchase credential, in the order of bundle-ids. Those of the sandbox come in.",
  };
}
