import type { Static } from "typebox";
import * as Type from "typebox";
import { conform } from "../conform.ts";
import { appId } from "../fields.ts";
import { cutPage } from "../list.ts";
import { flag, integer, text, words } from "../schema.ts";
import { exactly } from "./filters.ts";
import { type FlatResource, flatten } from "./flatten.ts";
import { appStoreConnectList } from "./operation.ts";
import { readSubscriptions } from "./prices/read/subscriptions.ts";

/** Source of names: Apple's OpenAPI file, schemas `Subscription` and `SubscriptionGroup`. */
export const Subscription = Type.Object(
  {
    id: words("Apple ID", "Apple ID of the subscription."),
    name: Type.Optional(words("Reference name", "Reference name of the subscription.")),
    productId: Type.Optional(words("Product ID", "Product ID of the subscription.")),
    state: Type.Optional(words("State", "State of the subscription, such as APPROVED.")),
    subscriptionPeriod: Type.Optional(words("Period", "How long one period lasts, such as ONE_MONTH.")),
    groupLevel: Type.Optional(integer("Level", "Level within the group; 1 is the highest.")),
    familySharable: Type.Optional(flag("Family sharing", "Whether families can share the subscription.")),
    reviewNote: Type.Optional(words("Review note", "Note for App Review.")),
    subscriptionGroupId: words("Group ID", "ID of the subscription group."),
    subscriptionGroupName: Type.Optional(words("Group name", "Reference name of the subscription group.")),
  },
  { title: "Subscription" },
);

export const listSubscriptions = appStoreConnectList({
  id: "ListSubscriptions",
  summary: "List subscriptions",
  description:
    "Lists the auto-renewable subscriptions of an app, group by group. A filter compares exactly, upper and lower case included.",
  route: "app-store-connect/apps/{appId}/subscriptions",
  visibility: "important",
  input: {
    appId,
    productId: Type.Optional(text("Product ID", "Exact product ID.")),
    name: Type.Optional(text("Reference name", "Exact reference name.")),
    state: Type.Optional(text("State", "Exact state, such as APPROVED or MISSING_METADATA.")),
    subscriptionGroupName: Type.Optional(text("Group name", "Exact reference name of the group.")),
  },
  item: Subscription,
  async run({ appId, productId, name, state, subscriptionGroupName }, connect, wish) {
    const filters = { productId, name, state, subscriptionGroupName };
    const all = (await readSubscriptions(connect, appId)).map(({ group, subscription }) => ({
      ...flatten({ ...subscription, relationships: {} }),
      subscriptionGroupId: group.id,
      subscriptionGroupName: group.name,
    }));
    // Apple pages groups, not what is in them: all are read, and the page is cut from what matches.
    const whole = { limit: all.length, position: undefined };
    const shape = (item: FlatResource): Static<typeof Subscription> => conform(Subscription, item);
    const { value } = exactly(filters, { value: all }, whole, shape);
    return { ...cutPage(value, wish), credential: connect.credential.credential.name };
  },
});
