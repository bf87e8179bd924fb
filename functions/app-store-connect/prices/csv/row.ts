/**
 * A row of a sale list: a price change as callers send it. Its texts stand as they do in the file, so that the plan
 * checks them like those of a JSON body.
 */
export interface PriceChangeRow {
  app: string;
  product?: string;
  territory?: string;
  action?: string;
  price?: string;
  startDate?: string;
  endDate?: string;
  /** Currency that the price is meant in: three letters, for the plan to compare. */
  currency?: string;
  preserveCurrentPrice?: boolean;
}

/** A column of a sale list, under the name of its field. */
export type ChangeColumn = keyof PriceChangeRow;

/** Every column that a sale list can have. */
export const changeColumns = [
  "app",
  "product",
  "territory",
  "action",
  "price",
  "startDate",
  "endDate",
  "currency",
  "preserveCurrentPrice",
] as const satisfies readonly ChangeColumn[];
