import * as Type from "typebox";
import { conform } from "../../conform.ts";
import { invalidInput } from "../../errors.ts";
import { cutPage } from "../../list.ts";
import { longText, text, words } from "../../schema.ts";
import { path } from "../../upstream/path.ts";
import { appStoreServerList, appStoreServerOperation } from "../operation.ts";
import { imageIdentifier } from "./fields.ts";
import { itemsOf } from "./items.ts";
import { pngProblem } from "./png.ts";

export const uploadRetentionImage = appStoreServerOperation({
  id: "UploadRetentionImage",
  summary: "Upload an image for retention messages",
  description:
    "Uploads a PNG file that retention messages can show. Apple checks it before customers see it: List images for retention messages tells its state.",
  method: "PUT",
  route: "app-store-server/retention-messaging/images/{imageIdentifier}",
  visibility: "advanced",
  input: {
    imageIdentifier,
    image: longText("Image", "The PNG file in Base64, such as the file content of another action.", {
      format: "byte",
      pattern: "^[A-Za-z0-9+/]+={0,2}$",
      form: "a file in Base64",
      visibility: "important",
    }),
    imageSize: Type.Optional(
      text(
        "Image size",
        "FULL_SIZE: 3840 pixels wide and 160 to 2160 high, above the text. BULLET_POINT: 1024 by 1024 pixels.",
        {
          pattern: "^[A-Z][A-Z0-9_]{0,99}$",
          form: "a word of Apple's in capital letters",
          default: "FULL_SIZE",
        },
      ),
    ),
  },
  title: "Uploaded image",
  output: { imageIdentifier: words("Image identifier", "UUID of the image.") },
  check: ({ image, imageSize = "FULL_SIZE" }) => {
    const cut = image.length % 4 === 0 ? undefined : "must be a file in Base64: this one is cut short.";
    const message = cut ?? pngProblem(Buffer.from(image, "base64"), imageSize);
    if (message !== undefined) throw invalidInput([{ field: "image", message }]);
  },
  async run({ imageIdentifier, image, imageSize }, server) {
    const { environment } = await server.write({
      method: "PUT",
      path: path`/inApps/v1/messaging/image/${imageIdentifier}`,
      ...(imageSize !== undefined && { query: [["imageSize", imageSize]] }),
      file: { bytes: Buffer.from(image, "base64"), contentType: "image/png" },
    });
    return { environment, imageIdentifier };
  },
});

const item = Type.Object(
  {
    imageIdentifier: Type.Optional(words("Image identifier", "UUID of the image.")),
    imageState: Type.Optional(words("Image state", "PENDING_REVIEW, APPROVED or REJECTED.")),
    imageSize: Type.Optional(words("Image size", "FULL_SIZE or BULLET_POINT.")),
  },
  { title: "Retention image" },
);

export const listRetentionImages = appStoreServerList({
  id: "ListRetentionImages",
  summary: "List images for retention messages",
  description: "Lists the images that were uploaded for retention messages, with what Apple made of each.",
  route: "app-store-server/retention-messaging/images",
  visibility: "advanced",
  input: {},
  item,
  async run(_input, server, page) {
    const { environment, body } = await server.ask({
      method: "GET",
      path: path`/inApps/v1/messaging/image/list`,
    });
    const items = itemsOf(body, "imageIdentifiers", environment).map((image) => conform(item, image));
    return { ...cutPage(items, page), environment };
  },
});

export const deleteRetentionImage = appStoreServerOperation({
  id: "DeleteRetentionImage",
  summary: "Delete an image for retention messages",
  description: "Deletes an image that no message shows.",
  method: "DELETE",
  route: "app-store-server/retention-messaging/images/{imageIdentifier}",
  visibility: "advanced",
  input: { imageIdentifier },
  title: "Deleted image",
  output: {},
  run: ({ imageIdentifier }, server) =>
    server.write({
      method: "DELETE",
      path: path`/inApps/v1/messaging/image/${imageIdentifier}`,
    }),
});
