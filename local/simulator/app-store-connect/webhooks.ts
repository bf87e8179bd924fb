import { randomUUID } from "node:crypto";
import type { Call } from "../core/call.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { webhookEventTypes } from "../webhooks/payload.ts";
import type { WebhookSender } from "../webhooks/sender.ts";
import type { Resource } from "../world/resources.ts";
import type { World } from "../world/world.ts";
import { checkMembers, readJson } from "./body.ts";
import { collectionDocument, instanceDocument } from "./documents.ts";
import { entityError, noResource } from "./errors.ts";
import { type ReadParameters, readParameters } from "./parameters.ts";
import { notFound, optionalObject, requiredField, requiredRelationship, toOne } from "./prices/inline.ts";
import type { ConnectRoute } from "./route.ts";
import { applyUpdate, checkAttributes, type UpdateRules } from "./update.ts";

const rules: UpdateRules = {
  attributes: {
    enabled: { type: "boolean" },
    eventTypes: { type: "list", values: webhookEventTypes },
    name: { type: "string" },
    secret: { type: "string" },
    url: { type: "string" },
  },
};

const instanceParameters: ReadParameters = { fields: ["webhooks", "apps"], include: ["app"] };
const collectionParameters: ReadParameters = { ...instanceParameters, limit: 200 };
const deliveryParameters: ReadParameters = {
  filters: {
    deliveryState: { path: ["deliveryState"], match: "exact", values: ["SUCCEEDED", "FAILED", "PENDING"] },
  },
  fields: ["webhookDeliveries", "webhookEvents"],
  include: ["event"],
  limit: 200,
};

/** `data` of a body that creates a resource, with its attributes and relationships. */
function readCreation(call: Call, type: string): { attributes: JsonObject; relationships: JsonObject } {
  const body = readJson(call);
  if (!isJsonObject(body)) throw entityError("", "The document must be an object.", "");
  checkMembers(body, ["data"], "");
  const { data } = body;
  if (!isJsonObject(data)) throw entityError(".REQUIRED", "The document needs 'data'.", "/data");
  checkMembers(data, ["type", "attributes", "relationships"], "/data");
  if (data.type !== type) throw entityError(".INVALID", `'type' must be '${type}' here.`, "/data/type");
  return {
    attributes: optionalObject(data.attributes, "/data/attributes"),
    relationships: optionalObject(data.relationships, "/data/relationships"),
  };
}

/**
 * Webhooks of apps, what they have delivered, and pings of them. A webhook's secret is kept apart, since no answer shows
 * it.
 */
export function webhookRoutes(world: () => World, sender: WebhookSender): ConnectRoute[] {
  const store = () => world().appStoreConnect.resources;
  const find = (id = ""): Resource => {
    const webhook = store().get("webhooks", id);
    if (webhook === undefined) throw noResource("webhooks", id);
    return webhook;
  };
  const hideSecret = (webhook: Resource) => {
    const { secret, ...shown } = webhook.attributes;
    webhook.attributes = shown;
    if (typeof secret === "string") world().appStoreConnect.webhookSecrets.set(webhook.id, secret);
  };
  return [
    {
      method: "GET",
      path: "/v1/apps/{id}/webhooks",
      handle: (call, { id = "" }) => {
        if (!store().get("apps", id)) throw noResource("apps", id);
        const own = store()
          .all("webhooks")
          .filter(({ relationships }) => relationships.app === id);
        return collectionDocument(call, store(), own, readParameters(call, collectionParameters));
      },
    },
    {
      method: "POST",
      path: "/v1/webhooks",
      handle: (call) => {
        const query = readParameters(call, {});
        const { attributes, relationships } = readCreation(call, "webhooks");
        for (const name of Object.keys(rules.attributes)) {
          if ((attributes[name] ?? null) === null) throw requiredField(name, "/data");
        }
        checkAttributes("webhooks", attributes, rules);
        const app = toOne(relationships, "app", "apps", "/data");
        if (app === undefined) throw requiredRelationship("app", "/data");
        if (!store().get("apps", app)) throw notFound("apps", app, "/data/relationships/app");
        const webhook = store().put({
          type: "webhooks",
          id: randomUUID(),
          attributes,
          relationships: { app },
        });
        hideSecret(webhook);
        return { ...instanceDocument(call, store(), webhook, query), status: 201 };
      },
    },
    {
      method: "GET",
      path: "/v1/webhooks/{id}",
      handle: (call, { id }) =>
        instanceDocument(call, store(), find(id), readParameters(call, instanceParameters)),
    },
    {
      method: "PATCH",
      path: "/v1/webhooks/{id}",
      handle: (call, { id }) => {
        const query = readParameters(call, {});
        const webhook = find(id);
        applyUpdate(call, webhook, rules);
        hideSecret(webhook);
        return instanceDocument(call, store(), webhook, query);
      },
    },
    {
      method: "DELETE",
      path: "/v1/webhooks/{id}",
      handle: (call, { id }) => {
        readParameters(call, {});
        const webhook = find(id);
        store().remove("webhooks", webhook.id);
        world().appStoreConnect.webhookSecrets.delete(webhook.id);
        return { status: 204 };
      },
    },
    {
      method: "GET",
      path: "/v1/webhooks/{id}/deliveries",
      handle: (call, { id }) => {
        const query = readParameters(call, deliveryParameters);
        const webhook = find(id);
        const own = store()
          .all("webhookDeliveries")
          .filter(({ relationships }) => relationships.webhook === webhook.id);
        return collectionDocument(call, store(), own, query);
      },
    },
    {
      method: "POST",
      path: "/v1/webhookDeliveries",
      handle: (call) => {
        const query = readParameters(call, {});
        const { relationships } = readCreation(call, "webhookDeliveries");
        const id = toOne(relationships, "template", "webhookDeliveries", "/data");
        if (id === undefined) throw requiredRelationship("template", "/data");
        const template = store().get("webhookDeliveries", id);
        if (template === undefined || !store().get("webhooks", String(template.relationships.webhook)))
          throw notFound("webhookDeliveries", id, "/data/relationships/template");
        return { ...instanceDocument(call, store(), sender.redeliver(template), query), status: 201 };
      },
    },
    {
      method: "POST",
      path: "/v1/webhookPings",
      handle: (call) => {
        const query = readParameters(call, {});
        const { relationships } = readCreation(call, "webhookPings");
        const webhook = toOne(relationships, "webhook", "webhooks", "/data");
        if (webhook === undefined) throw requiredRelationship("webhook", "/data");
        if (!store().get("webhooks", webhook))
          throw notFound("webhooks", webhook, "/data/relationships/webhook");
        const ping = store().put({
          type: "webhookPings",
          id: randomUUID(),
          attributes: {},
          relationships: { webhook },
        });
        void sender.ping(webhook);
        return { ...instanceDocument(call, store(), ping, query), status: 201 };
      },
    },
  ];
}
