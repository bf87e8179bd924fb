import { path } from "../../../upstream/path.ts";
import { type AppStoreConnect, pagingTotal } from "../../client.ts";
import { type Resource, toResource } from "../../flatten.ts";

/** A subscription with the group that it is in. */
export interface GroupedSubscription {
  group: { id: string; name: string | undefined };
  subscription: Resource;
}

/** Most subscriptions that come along with a group. Source: Apple's OpenAPI file. */
const maxIncluded = 50;

/**
 * Every subscription of an app, group by group. One call for an app with up to 200 groups of up to 50 subscriptions
 * each; a larger group is read page by page.
 *
 * @param fields attributes wanted, with commas between them; absent: all.
 * @throws RelayError as every read; `bad_upstream_response` for lists that are not complete.
 */
export async function readSubscriptions(
  connect: AppStoreConnect,
  appId: string,
  fields?: string,
): Promise<GroupedSubscription[]> {
  const { data, included } = await connect.whole(path`/v1/apps/${appId}/subscriptionGroups`, {
    include: "subscriptions",
    "limit[subscriptions]": maxIncluded,
    "fields[subscriptionGroups]": "referenceName,subscriptions",
    "fields[subscriptions]": fields,
  });
  const index = new Map(included.flatMap((item) => (item.type === "subscriptions" ? [[item.id, item]] : [])));
  const found: GroupedSubscription[] = [];
  for (const group of data) {
    const { referenceName } = group.attributes ?? {};
    const name = typeof referenceName === "string" ? referenceName : undefined;
    const subscriptions = includedOf(group, index) ?? (await pagesOf(connect, group.id, fields));
    for (const subscription of subscriptions) found.push({ group: { id: group.id, name }, subscription });
  }
  return found;
}

/** What came along with a group, or undefined where that may not be all of it. */
function includedOf(group: Resource, index: ReadonlyMap<string, Resource>): Resource[] | undefined {
  const list = group.relationships?.subscriptions;
  const total = pagingTotal(list?.meta);
  if (!Array.isArray(list?.data)) return undefined;
  const found = list.data.flatMap((item) => index.get(toResource(item)?.id ?? "") ?? []);
  const expected = total ?? (list.data.length < maxIncluded ? list.data.length : undefined);
  return found.length === expected ? found : undefined;
}

async function pagesOf(
  connect: AppStoreConnect,
  groupId: string,
  fields: string | undefined,
): Promise<readonly Resource[]> {
  const query = { "fields[subscriptions]": fields };
  return (await connect.whole(path`/v1/subscriptionGroups/${groupId}/subscriptions`, query)).data;
}
