import type { TableClient, TransactionAction } from "@azure/data-tables";
import { bounded } from "./clients.ts";
import { statusOf, storageFailure } from "./failure.ts";
import type { Row, RowFields, RowPage, RowRange, StoredRow, Table } from "./storage.ts";

/** Statuses of a conditional write that lost: gone, there already, changed. Source: Azure's Table service. */
const lost = new Set([404, 409, 412]);

/** A transaction takes this many changes. Source: Azure's Table service. */
const maxChanges = 100;

/** @param open the client, of a table that exists. */
export function createTable(open: () => Promise<TableClient>): Table {
  async function call<Result>(
    action: string,
    work: (client: TableClient) => Promise<Result>,
  ): Promise<Result> {
    const client = await open();
    try {
      return await work(client);
    } catch (error) {
      throw storageFailure(error, action);
    }
  }

  /** @returns undefined when the write lost. */
  function attempt<Result>(
    action: string,
    work: (client: TableClient) => Promise<Result>,
  ): Promise<Result | undefined> {
    return call(action, async (client) => {
      try {
        return await work(client);
      } catch (error) {
        if (lost.has(statusOf(error) ?? 0)) return undefined;
        throw error;
      }
    });
  }

  return {
    read: (partition, row) =>
      call("read a row", async (client) => {
        try {
          return toRow(await bounded((bound) => client.getEntity(partition, row, bound)));
        } catch (error) {
          if (statusOf(error) === 404) return undefined;
          throw error;
        }
      }),
    insert: async (row) =>
      (await attempt("write a row", (client) =>
        bounded((bound) => client.createEntity(toEntity(row), bound)),
      )) !== undefined,
    replace: (row) =>
      attempt("write a row", async (client) => {
        const { etag } = await bounded((bound) =>
          client.updateEntity(toEntity(row), "Replace", { ...bound, etag: row.etag }),
        );
        return etag;
      }),
    transact: async (changes) => {
      const written = await attempt("write rows", (client) =>
        bounded((bound) =>
          client.submitTransaction(
            changes.map(
              (change): TransactionAction =>
                change.kind === "insert"
                  ? ["create", toEntity(change.row)]
                  : ["update", toEntity(change.row), "Replace", { etag: change.row.etag }],
            ),
            bound,
          ),
        ),
      );
      return written !== undefined;
    },
    page: (partition, range) =>
      call("list rows", (client) => bounded((bound) => readPage(client, partition, range, bound))),
    remove: (partition, rows) =>
      call("delete rows", async (client) => {
        for (let start = 0; start < rows.length; start += maxChanges) {
          const part = rows.slice(start, start + maxChanges);
          try {
            await bounded((bound) =>
              client.submitTransaction(
                part.map((row): TransactionAction => ["delete", deleted(partition, row)]),
                bound,
              ),
            );
          } catch (error) {
            if (statusOf(error) !== 404) throw error;
            // One that is gone fails them all: one by one then.
            for (const row of part) await removeOne(client, partition, row);
          }
        }
      }),
  };
}

async function readPage(
  client: TableClient,
  partition: string,
  range: RowRange,
  bound: { abortSignal: AbortSignal },
): Promise<RowPage> {
  const pages = client
    .listEntities({ ...bound, queryOptions: { filter: filterOf(partition, range) } })
    .byPage({ maxPageSize: range.limit });
  const rows: StoredRow[] = [];
  // A page of the service may be short or empty and still not be the last one.
  for await (const page of pages) {
    rows.push(...page.map(toRow));
    if (rows.length > range.limit || (rows.length === range.limit && page.continuationToken)) {
      const kept = rows.slice(0, range.limit);
      const last = kept.at(-1);
      return { rows: kept, ...(last && { next: last.row }) };
    }
  }
  return { rows };
}

async function removeOne(client: TableClient, partition: string, row: string): Promise<void> {
  try {
    await bounded((bound) => client.deleteEntity(partition, row, bound));
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

function deleted(partitionKey: string, rowKey: string) {
  return { partitionKey, rowKey };
}

function toEntity({ partition, row, fields }: Row) {
  return { ...fields, partitionKey: partition, rowKey: row };
}

/** What the service adds to a row of its own. */
const ownNames = new Set(["partitionKey", "rowKey", "etag", "timestamp", "odata.metadata"]);

function toRow(entity: Readonly<Record<string, unknown>>): StoredRow {
  const fields: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(entity)) {
    const isField = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (isField && !ownNames.has(name)) fields[name] = value;
  }
  return {
    partition: String(entity.partitionKey),
    row: String(entity.rowKey),
    etag: String(entity.etag),
    fields: fields satisfies RowFields,
  };
}

/** An OData filter. Keys and values are ours: letters, digits and hyphens; a quote is doubled all the same. */
function filterOf(partition: string, { after, prefix, where = {} }: RowRange): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const parts = [`PartitionKey eq ${text(partition)}`];
  if (prefix !== undefined) {
    // The first key that no longer begins so, as keys are compared by their code units.
    const last = String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
    parts.push(`RowKey ge ${text(prefix)}`, `RowKey lt ${text(prefix.slice(0, -1) + last)}`);
  }
  if (after !== undefined) parts.push(`RowKey gt ${text(after)}`);
  for (const [name, values] of Object.entries(where)) {
    const any = [values].flat().map((value) => `${name} eq ${text(value)}`);
    parts.push(`(${any.join(" or ")})`);
  }
  return parts.join(" and ");
}
