/** What can be said of an event in one line; members may be missing, since a relay of another version may send them. */
interface Shown {
  id?: unknown;
  type?: unknown;
  subtype?: unknown;
  environment?: unknown;
  bundleId?: unknown;
  occurredAt?: unknown;
  data?: { transaction?: { productId?: unknown }; renewalInfo?: { productId?: unknown } };
}

/** Values come from outside: nothing of them may move the cursor or begin a line. */
function plain(value: unknown): string {
  return String(value).replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?");
}

/** An event in one line: when, what, which product, where, and its ID. */
export function line(event: unknown): string {
  const { occurredAt, type, subtype, data, environment, bundleId, id }: Shown = Object(event);
  const product = data?.transaction?.productId ?? data?.renewalInfo?.productId;
  const what = [type, subtype].filter((part) => part !== null && part !== undefined).join(" ");
  return [occurredAt, what, product, environment, bundleId, id]
    .filter((part) => part !== null && part !== undefined)
    .map(plain)
    .join("  ");
}
