import { type FieldOptions, text } from "../schema.ts";

/** An amount of money as makers write it. Apple counts in thousandths of the currency's unit, so there are three decimals. */
export function moneyText(summary: string, description: string, options: FieldOptions = {}) {
  return text(summary, description, {
    pattern: "^\\d{1,9}(\\.\\d{1,3})?$",
    form: "an amount with up to three decimals after a full stop, such as 9.99",
    ...options,
  });
}

/** Apple's thousandths of an amount that matches `moneyText`. Made of its digits: a product of decimals is not exact. */
export function milliunits(amount: string): number {
  const [whole = "", decimals = ""] = amount.split(".");
  return Number(whole + decimals.padEnd(3, "0"));
}
