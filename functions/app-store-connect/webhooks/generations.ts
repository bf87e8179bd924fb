import type { Runtime } from "../../runtime.ts";
import { number, text } from "../../storage/fields.ts";
import type { Storage } from "../../storage/storage.ts";

/** Name in the storage account. */
const tableName = "relaywebhooks";

/** Its only partition; a row an app. */
const partition = "generations";

/** The secret before the newest one counts so long after the newest was seen first: what was under way has arrived. */
const overlapMs = 24 * 3_600_000;

/** Changes of one row that meet are tried again so often; each of them raises it. */
const maxRounds = 20;

/**
 * Which secrets of an app's webhook still count. Every secret that there ever was can be derived again, so that what
 * ends one has to be written down: the newest that Apple was seen to sign with.
 *
 * @throws RelayError `storage_unavailable`, `not_configured` from every method.
 */
export interface WebhookGenerations {
  /**
   * Whether what was signed with the secret of this generation counts. A newer one than ever before ends those before
   * it: the one before after a day, all others at once.
   */
  admit(appId: string, generation: number): Promise<boolean>;
  /** The newest that Apple was seen to sign with; 0 where there was none. */
  newest(appId: string): Promise<number>;
}

export function createWebhookGenerations(
  storage: Storage,
  runtime: Pick<Runtime, "now">,
): WebhookGenerations {
  const table = storage.table(tableName);
  return {
    async admit(appId, generation) {
      for (let round = 0; round < maxRounds; round += 1) {
        const fields = { generation, since: new Date(runtime.now()).toISOString() };
        const row = await table.read(partition, appId);
        if (!row) {
          if (await table.insert({ partition, row: appId, fields })) return true;
          continue;
        }
        const newest = number(row.fields, "generation");
        if (generation === newest) return true;
        if (generation < newest) {
          const age = runtime.now() - Date.parse(text(row.fields, "since") ?? "");
          return generation === newest - 1 && age < overlapMs;
        }
        if (await table.replace({ ...row, fields })) return true;
      }
      return false;
    },
    async newest(appId) {
      const row = await table.read(partition, appId);
      return row ? number(row.fields, "generation") : 0;
    },
  };
}
