import * as Type from "typebox";
import { conform } from "../../conform.ts";
import { invalidInput } from "../../errors.ts";
import { cutPage } from "../../list.ts";
import { group, list, text, words } from "../../schema.ts";
import { path } from "../../upstream/path.ts";
import { appStoreServerList, appStoreServerOperation } from "../operation.ts";
import { altText, imageIdentifier, messageIdentifier } from "./fields.ts";
import { itemsOf } from "./items.ts";

export const uploadRetentionMessage = appStoreServerOperation({
  id: "UploadRetentionMessage",
  summary: "Upload a retention message",
  description:
    "Uploads the text of a message that customers read before they cancel a subscription. Apple checks it before customers see it: List retention messages tells its state.",
  method: "PUT",
  route: "app-store-server/retention-messaging/messages/{messageIdentifier}",
  visibility: "advanced",
  input: {
    messageIdentifier,
    header: text("Header", "Text above the message, up to 66 characters.", {
      maxLength: 66,
      visibility: "important",
    }),
    body: text("Body", "Text of the message, up to 144 characters.", {
      maxLength: 144,
      visibility: "important",
    }),
    image: Type.Optional(
      group("Image", "An image that was uploaded. Not for messages with an offer or another product.", {
        imageIdentifier,
        altText,
      }),
    ),
    headerPosition: Type.Optional(
      text("Header position", "Where the header stands: ABOVE_BODY, or ABOVE_IMAGE with an image.", {
        pattern: "^[A-Z][A-Z0-9_]{0,99}$",
        form: "a word of Apple's in capital letters",
        default: "ABOVE_BODY",
      }),
    ),
    bulletPoints: Type.Optional(
      // Apple states no bound but that there is one: its own refusal says so.
      list(
        "Bullet points",
        "Points below the text, each with an image of the size BULLET_POINT.",
        group("Bullet point", "A point with its image.", {
          text: text("Text", "Text of the point, up to 66 characters.", { maxLength: 66 }),
          imageIdentifier,
          altText,
        }),
        { minItems: 1, maxItems: 100 },
      ),
    ),
  },
  title: "Uploaded message",
  output: { messageIdentifier: words("Message identifier", "UUID of the message.") },
  check({ headerPosition, image }) {
    if (headerPosition !== "ABOVE_IMAGE" || image) return;
    throw invalidInput([{ field: "image", message: "is required where the header is above it." }]);
  },
  async run({ messageIdentifier, ...json }, server) {
    const { environment } = await server.write({
      method: "PUT",
      path: path`/inApps/v1/messaging/message/${messageIdentifier}`,
      json,
    });
    return { environment, messageIdentifier };
  },
});

const item = Type.Object(
  {
    messageIdentifier: Type.Optional(words("Message identifier", "UUID of the message.")),
    messageState: Type.Optional(words("Message state", "PENDING_REVIEW, APPROVED or REJECTED.")),
  },
  { title: "Retention message" },
);

export const listRetentionMessages = appStoreServerList({
  id: "ListRetentionMessages",
  summary: "List retention messages",
  description:
    "Lists the retention messages that were uploaded, with what Apple made of each. Their texts are not told: keep them.",
  route: "app-store-server/retention-messaging/messages",
  visibility: "advanced",
  input: {},
  item,
  async run(_input, server, page) {
    const { environment, body } = await server.ask({
      method: "GET",
      path: path`/inApps/v1/messaging/message/list`,
    });
    const items = itemsOf(body, "messageIdentifiers", environment).map((message) => conform(item, message));
    return { ...cutPage(items, page), environment };
  },
});

export const deleteRetentionMessage = appStoreServerOperation({
  id: "DeleteRetentionMessage",
  summary: "Delete a retention message",
  description: "Deletes a message.",
  method: "DELETE",
  route: "app-store-server/retention-messaging/messages/{messageIdentifier}",
  visibility: "advanced",
  input: { messageIdentifier },
  title: "Deleted message",
  output: {},
  run: ({ messageIdentifier }, server) =>
    server.write({
      method: "DELETE",
      path: path`/inApps/v1/messaging/message/${messageIdentifier}`,
    }),
});
