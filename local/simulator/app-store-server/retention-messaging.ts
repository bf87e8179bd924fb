import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { ServerCaller } from "./authenticate.ts";
import { allowQuery, bodyOf, noBody, type ServerContext, type ServerRoute, single } from "./context.ts";
import { refuse } from "./errors.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** The most images, and the most messages, that an app can have. */
const most = 2_000;

/** Whether a file begins as a PNG of that size without an alpha channel. */
function fits(file: Buffer, size: string): boolean {
  if (file.length < 26 || file.toString("latin1", 1, 4) !== "PNG" || [4, 6].includes(file[25] ?? 0))
    return false;
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  return size === "BULLET_POINT"
    ? width === 1_024 && height === 1_024
    : width === 3_840 && height >= 160 && height <= 2_160;
}

/** @throws Refused where a text is missing or longer than Apple takes. */
function checkText(value: Json | undefined, longest: number, tooLong: Parameters<typeof refuse>[0]): void {
  if (typeof value !== "string" || value === "") throw refuse(4000000);
  if (value.length > longest) throw refuse(tooLong);
}

/** Images and messages for retention messaging. Apple's check of each takes until it was listed once; in the sandbox none. */
export function retentionRoutes(context: ServerContext): ServerRoute[] {
  const kept = () => context.environment().writes.retention;
  const firstState = () => (context.environment().name === "Sandbox" ? "APPROVED" : "PENDING_REVIEW");
  const keyOf = ({ bundleId }: ServerCaller, id = "") => `${bundleId} ${id}`;
  const ofApp = <Value>(all: ReadonlyMap<string, Value>, { bundleId }: ServerCaller): [string, Value][] =>
    [...all].flatMap(([key, value]) =>
      key.startsWith(`${bundleId} `) ? [[key.slice(bundleId.length + 1), value] as [string, Value]] : [],
    );

  /** What a list shows now; afterwards Apple has looked at what was pending. */
  function listed<Value extends { state: string }>(
    all: ReadonlyMap<string, Value>,
    caller: ServerCaller,
    show: (id: string, value: Value) => JsonObject,
  ): JsonObject[] {
    return ofApp(all, caller).map(([id, value]) => {
      const shown = show(id, value);
      if (value.state === "PENDING_REVIEW") value.state = "APPROVED";
      return shown;
    });
  }

  /** @throws Refused for an image that is not there, or is one of another size. */
  function checkImage(caller: ServerCaller, given: Json | undefined, size: string): void {
    if (!isJsonObject(given)) throw refuse(4000000);
    checkText(given.altText, 150, 4000175);
    const image = kept().images.get(keyOf(caller, String(given.imageIdentifier)));
    if (image === undefined) throw refuse(4040014);
    if (image.size !== size) throw refuse(4000216);
  }

  function imagesOf({ image, bulletPoints }: JsonObject): string[] {
    const shown = [image, ...(Array.isArray(bulletPoints) ? bulletPoints : [])];
    return shown.flatMap((one) => (isJsonObject(one) ? [String(one.imageIdentifier)] : []));
  }

  return [
    {
      method: "GET",
      path: "/inApps/v1/messaging/image/list",
      perSecond: 50,
      handle: (call, _parameters, caller) => {
        allowQuery(call, []);
        const imageIdentifiers = listed(kept().images, caller, (imageIdentifier, { state, size }) => ({
          imageIdentifier,
          imageState: state,
          imageSize: size,
        }));
        return { status: 200, json: { imageIdentifiers } };
      },
    },
    {
      method: "PUT",
      path: "/inApps/v1/messaging/image/{imageIdentifier}",
      perSecond: 50,
      handle: (call, { imageIdentifier = "" }, caller) => {
        allowQuery(call, ["imageSize"]);
        const size = single(call, "imageSize") ?? "FULL_SIZE";
        if (!uuid.test(imageIdentifier)) throw refuse(4000000);
        if (!["FULL_SIZE", "BULLET_POINT"].includes(size)) throw refuse(4000216);
        if (call.headers["content-type"] !== "image/png" || !fits(call.body, size)) throw refuse(4000161);
        const { images } = kept();
        if (images.has(keyOf(caller, imageIdentifier))) throw refuse(4090000);
        if (ofApp(images, caller).length >= most) throw refuse(4030014);
        images.set(keyOf(caller, imageIdentifier), { size, state: firstState() });
        return { status: 200 };
      },
    },
    {
      method: "DELETE",
      path: "/inApps/v1/messaging/image/{imageIdentifier}",
      perSecond: 50,
      handle: (call, { imageIdentifier = "" }, caller) => {
        allowQuery(call, []);
        noBody(call);
        const { images, messages } = kept();
        if (!images.has(keyOf(caller, imageIdentifier))) throw refuse(4040014);
        const inUse = ofApp(messages, caller).some(([, { body }]) =>
          imagesOf(body).includes(imageIdentifier),
        );
        if (inUse) throw refuse(4030019);
        images.delete(keyOf(caller, imageIdentifier));
        return { status: 200 };
      },
    },
    {
      method: "GET",
      path: "/inApps/v1/messaging/message/list",
      perSecond: 50,
      handle: (call, _parameters, caller) => {
        allowQuery(call, []);
        const messageIdentifiers = listed(kept().messages, caller, (messageIdentifier, { state }) => ({
          messageIdentifier,
          messageState: state,
        }));
        return { status: 200, json: { messageIdentifiers } };
      },
    },
    {
      method: "PUT",
      path: "/inApps/v1/messaging/message/{messageIdentifier}",
      perSecond: 50,
      handle: (call, { messageIdentifier = "" }, caller) => {
        allowQuery(call, []);
        const body = bodyOf(call, ["header", "body", "image", "headerPosition", "bulletPoints"]);
        const { bulletPoints = [] } = body;
        if (!uuid.test(messageIdentifier) || !Array.isArray(bulletPoints)) throw refuse(4000000);
        checkText(body.header, 66, 4000162);
        checkText(body.body, 144, 4000163);
        if (body.image !== undefined) checkImage(caller, body.image, "FULL_SIZE");
        if (body.headerPosition === "ABOVE_IMAGE" && body.image === undefined) throw refuse(4000224);
        // Apple says that there is a bound, and not which.
        if (bulletPoints.length > 4) throw refuse(4000218);
        for (const point of bulletPoints) {
          checkText(isJsonObject(point) ? point.text : undefined, 66, 4000219);
          checkImage(caller, point, "BULLET_POINT");
        }
        const { messages } = kept();
        if (messages.has(keyOf(caller, messageIdentifier))) throw refuse(4090001);
        if (ofApp(messages, caller).length >= most) throw refuse(4030016);
        messages.set(keyOf(caller, messageIdentifier), { body, state: firstState() });
        return { status: 200 };
      },
    },
    {
      method: "DELETE",
      path: "/inApps/v1/messaging/message/{messageIdentifier}",
      perSecond: 50,
      handle: (call, { messageIdentifier = "" }, caller) => {
        allowQuery(call, []);
        noBody(call);
        if (!kept().messages.delete(keyOf(caller, messageIdentifier))) throw refuse(4040015);
        return { status: 200 };
      },
    },
    ...(["GET", "PUT", "DELETE"] as const).map(
      (method): ServerRoute => ({
        method,
        path: "/inApps/v1/messaging/default/{productId}/{locale}",
        perSecond: 50,
        handle: (call, { productId = "", locale = "" }, caller) => {
          allowQuery(call, []);
          const { transactions } = context.environment();
          const { images, messages, defaults } = kept();
          if (!/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/.test(locale)) throw refuse(4000164);
          const sold = transactions.some(
            (known) => known.bundleId === caller.bundleId && known.productId === productId,
          );
          if (!sold) throw refuse(4000023);
          const key = keyOf(caller, `${productId} ${locale}`);
          if (method === "PUT") {
            const id = String(bodyOf(call, ["messageIdentifier"]).messageIdentifier);
            const message = messages.get(keyOf(caller, id));
            if (message === undefined) throw refuse(4040015);
            if (message.state !== "APPROVED") throw refuse(4030017);
            const checked = imagesOf(message.body).map((image) => images.get(keyOf(caller, image))?.state);
            if (checked.some((state) => state !== "APPROVED")) throw refuse(4030018);
            defaults.set(key, id);
            return { status: 200 };
          }
          noBody(call);
          const messageIdentifier = defaults.get(key);
          if (messageIdentifier === undefined) throw refuse(4040020);
          if (method === "GET") return { status: 200, json: { messageIdentifier } };
          defaults.delete(key);
          return { status: 200 };
        },
      }),
    ),
  ];
}
