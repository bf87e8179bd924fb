import * as Type from "typebox";
import { conform } from "../../conform.ts";
import { words } from "../../schema.ts";
import { path } from "../../upstream/path.ts";
import { appStoreServerOperation } from "../operation.ts";
import { locale, messageIdentifier, productId } from "./fields.ts";

const route = "app-store-server/retention-messaging/default-messages/{productId}/{locale}";
const at = (productId: string, locale: string) => path`/inApps/v1/messaging/default/${productId}/${locale}`;

const message = {
  messageIdentifier: Type.Optional(words("Message identifier", "UUID of the message.")),
};

export const getDefaultRetentionMessage = appStoreServerOperation({
  id: "GetDefaultRetentionMessage",
  summary: "Get a default retention message",
  description: "Gets which message customers of a product read in a locale where nothing else is chosen.",
  method: "GET",
  route,
  visibility: "advanced",
  input: { productId, locale },
  title: "Default retention message",
  output: message,
  async run({ productId, locale }, server) {
    const { environment, body } = await server.ask({
      method: "GET",
      path: at(productId, locale),
    });
    return { ...conform(Type.Object(message), body), environment };
  },
});

export const setDefaultRetentionMessage = appStoreServerOperation({
  id: "SetDefaultRetentionMessage",
  summary: "Set a default retention message",
  description:
    "Sets which message customers of a product read in a locale where nothing else is chosen. Apple has to have approved it and its image.",
  method: "PUT",
  route,
  visibility: "advanced",
  input: { productId, locale, messageIdentifier },
  title: "Set default retention message",
  output: {},
  run: ({ productId, locale, messageIdentifier }, server) =>
    server.write({
      method: "PUT",
      path: at(productId, locale),
      json: { messageIdentifier },
      idempotent: true,
    }),
});

export const deleteDefaultRetentionMessage = appStoreServerOperation({
  id: "DeleteDefaultRetentionMessage",
  summary: "Delete a default retention message",
  description: "Takes the default message of a product and locale away. The message itself stays.",
  method: "DELETE",
  route,
  visibility: "advanced",
  input: { productId, locale },
  title: "Deleted default retention message",
  output: {},
  run: ({ productId, locale }, server) => server.write({ method: "DELETE", path: at(productId, locale) }),
});
