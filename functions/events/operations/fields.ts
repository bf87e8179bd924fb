import { RelayError } from "../../errors.ts";
import { choice, text } from "../../schema.ts";
import { timedIdPattern } from "../../storage/newest-first.ts";
import { eventSources } from "../event.ts";

export const subscriptionId = text("Subscription ID", "ID of the subscription.", {
  pattern: timedIdPattern,
  form: "the ID of a subscription: 21 lower-case letters and digits",
  visibility: "important",
  options: { operationId: "LookUpEventSubscriptions" },
});

export const eventId = text("Event ID", "ID of the event, as the service gave it.", {
  // No dot stands first: a path would be led elsewhere by dots alone.
  pattern: "^[A-Za-z0-9_~:=+-][A-Za-z0-9._~:=+-]{0,255}$",
  form: "the ID of an event: letters, digits and . _ ~ : = + -",
});

export const source = choice("Source", "Service that sent the event.", eventSources);

/** The error for a subscription that does not exist, and for a token that is none of its own: all alike. */
export function noSuchSubscription(): RelayError {
  return new RelayError("not_found", {
    message: "There is no such subscription.",
    hint: "ListEventSubscriptions lists them.",
  });
}

export function noSuchEvent(): RelayError {
  return new RelayError("not_found", {
    message: "There is no such event.",
    hint: "ListEvents lists those that are kept. The setting EVENT_RETENTION_DAYS says for how long.",
  });
}
