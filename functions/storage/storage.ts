/** Values of a row: text of at most 32,000 characters, whole numbers within 32 bits, truth values. */
export type RowFields = Readonly<Record<string, string | number | boolean>>;

/** A row of a table. The two keys together are unique. */
export interface Row {
  partition: string;
  row: string;
  fields: RowFields;
}

/** A row as it was read, with the tag that a conditional write of it needs. */
export interface StoredRow extends Row {
  etag: string;
}

/** One write of a transaction. `replace` holds only if the row is still as it was read. */
export type RowChange = { kind: "insert"; row: Row } | { kind: "replace"; row: StoredRow };

/** Part of a partition, in the order of its row keys. */
export interface RowPage {
  rows: StoredRow[];
  /** Row key to go on after; absent at the end. */
  next?: string;
}

/** Which rows of a partition are wanted. */
export interface RowRange {
  /** Only row keys that come after this one. */
  after?: string;
  /** Only row keys that begin with this. */
  prefix?: string;
  /** Only rows whose fields have these values, or one of them. */
  where?: Readonly<Record<string, string | readonly string[]>>;
  /** Most rows of the page, 1 to 1,000. */
  limit: number;
}

/**
 * A table. Every write is conditional, so that of two that meet one loses and is told so.
 *
 * @throws RelayError `storage_unavailable` from every method.
 */
export interface Table {
  read(partition: string, row: string): Promise<StoredRow | undefined>;
  /** @returns false when there is such a row already. */
  insert(row: Row): Promise<boolean>;
  /** @returns the row's new tag; undefined when it has changed since it was read, or is gone. */
  replace(row: StoredRow): Promise<string | undefined>;
  /**
   * All of the changes or none of them: at most 100, of one partition, 4 MB together.
   *
   * @returns false when one of them does not hold.
   */
  transact(changes: readonly RowChange[]): Promise<boolean>;
  page(partition: string, range: RowRange): Promise<RowPage>;
  /** Deletes rows of one partition. Those that are gone already count as deleted. */
  remove(partition: string, rows: readonly string[]): Promise<void>;
}

/** A queue whose messages start a function. @throws RelayError `storage_unavailable`. */
export interface Queue {
  /** @param delayMs the message is invisible for that long, up to 7 days. */
  send(text: string, delayMs?: number): Promise<void>;
}

/** Texts by name. @throws RelayError `storage_unavailable`. */
export interface Blobs {
  write(name: string, text: string): Promise<void>;
  /** @returns undefined when there is none of that name. */
  read(name: string): Promise<string | undefined>;
  /** Deletes all whose names begin with `prefix`. */
  remove(prefix: string): Promise<void>;
}

/** What work that outlives a call is kept in. Nothing is opened, and no SDK loaded, before the first use. */
export interface Storage {
  table(name: string): Table;
  queue(name: string): Queue;
  blobs(container: string): Blobs;
}
