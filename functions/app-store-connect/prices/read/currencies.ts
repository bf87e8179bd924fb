import { path } from "../../../upstream/path.ts";
import type { Territory } from "../model.ts";
import { type PriceReader, unusable } from "./reader.ts";
import { textOf } from "./resources.ts";

/** A territory changes its currency once in some years (Bulgaria and the euro, in 2026). */
const keptMs = 24 * 60 * 60_000;

/** The currency of every territory of the App Store, read once a day. @throws RelayError as every read. */
export function readCurrencies({ connect, shared }: PriceReader): Promise<ReadonlyMap<Territory, string>> {
  return shared(["currencies"], keptMs, async () => {
    const { data } = await connect.whole(path`/v1/territories`, { "fields[territories]": "currency" });
    return new Map(
      data.map((territory) => {
        const currency = textOf(territory, "currency");
        if (currency === undefined) throw unusable(`The territory ${territory.id} has no currency.`);
        return [territory.id, currency];
      }),
    );
  });
}
