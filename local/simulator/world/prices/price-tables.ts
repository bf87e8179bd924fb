import { territories } from "../territories.ts";
import { dollarAmounts } from "./amounts.ts";
import { type CurrencyFacts, currencyFacts } from "./currencies.ts";

/**
 * Where a price stands in its territory's table, from 0. A second point of the same amount stands `twin` places
 * further.
 */
export type Place = number;

/** Distance of a twin from the point whose amount it shares: past every table. */
export const twin = 50_000;

/** Codes of the US table begin here, as at Apple. */
const firstCode = 10_000;

interface TerritoryFacts {
  currency: CurrencyFacts;
  /** Code of place 0. Another one in every territory, since Apple's codes do not carry over. */
  firstCode: number;
  /** Units of the currency for a dollar, taxes included. */
  factor: number;
}

/** The amounts of one currency in its smallest unit, ascending. */
type Table = Int32Array;

function territoryFacts(id: string, currency: string, index: number): TerritoryFacts {
  const facts = currencyFacts(currency);
  if (id === "USA") return { currency: facts, firstCode, factor: 1 };
  // A tax of 0, 2, 4, 6 or 8 % on top, so that territories of one currency differ.
  return { currency: facts, firstCode: firstCode + 1 + index, factor: facts.rate * (1 + (index % 5) * 0.02) };
}

/**
 * The prices that can be set, by territory. Tables are made when they are first asked for, one a currency, and shared
 * by all products.
 */
export class PriceTables {
  readonly #territories = new Map(
    territories.map(({ id, currency }, index) => [id, territoryFacts(id, currency, index)]),
  );
  readonly #tables = new Map<CurrencyFacts, Table>();

  has(territory: string): boolean {
    return this.#territories.has(territory);
  }

  /** How many places a territory's table has, twins apart. */
  size(territory: string): number {
    return this.#table(this.#facts(territory)).length;
  }

  /** Apple's code of a place. */
  code(territory: string, place: Place): number {
    return this.#facts(territory).firstCode + place;
  }

  /** The place that a code stands for; undefined where the table has none. Twins are the caller's to check. */
  place(territory: string, code: number): Place | undefined {
    const place = code - this.#facts(territory).firstCode;
    const single = place >= twin ? place - twin : place;
    return Number.isInteger(place) && single >= 0 && single < this.size(territory) ? place : undefined;
  }

  /** The amount of a place as Apple writes it: with two decimals, or with none where the currency has none. */
  price(territory: string, place: Place): string {
    const { currency } = this.#facts(territory);
    const amount = this.#amount(territory, place);
    return currency.decimals === 0 ? String(amount) : (amount / 100).toFixed(2);
  }

  /** A share of the amount of a place, rounded down, for what the developer gets. */
  share(territory: string, place: Place, percent: number): string {
    const { currency } = this.#facts(territory);
    const amount = Math.floor((this.#amount(territory, place) * percent) / 100);
    return currency.decimals === 0 ? String(amount) : (amount / 100).toFixed(2);
  }

  /** The place of an amount, compared as a decimal; undefined when the table does not have it. */
  placeOf(territory: string, price: string): Place | undefined {
    const facts = this.#facts(territory);
    const amount = Math.round(Number(price) * 10 ** facts.currency.decimals);
    const table = this.#table(facts);
    const place = this.#nearest(table, amount);
    return table[place] === amount ? place : undefined;
  }

  /** The point of another territory that is nearest by the fixed factors of both. A price stays a price. */
  equalize(from: string, place: Place, to: string): Place {
    const [source, target] = [this.#facts(from), this.#facts(to)];
    const amount = this.#amount(from, place);
    if (amount === 0) return 0;
    const dollars = amount / 10 ** source.currency.decimals / source.factor;
    const table = this.#table(target);
    return Math.max(1, this.#nearest(table, dollars * target.factor * 10 ** target.currency.decimals));
  }

  #facts(territory: string): TerritoryFacts {
    const facts = this.#territories.get(territory);
    if (facts === undefined) throw new Error(`There is no territory ${territory}.`);
    return facts;
  }

  #amount(territory: string, place: Place): number {
    return this.#table(this.#facts(territory))[place % twin] ?? 0;
  }

  #table({ currency }: TerritoryFacts): Table {
    let table = this.#tables.get(currency);
    if (table === undefined) {
      table = Int32Array.from(dollarAmounts(), (cents) => cents * currency.scale);
      this.#tables.set(currency, table);
    }
    return table;
  }

  /** Of two that are as near the lower one. */
  #nearest(table: Table, amount: number): Place {
    let [low, high] = [0, table.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((table[middle] ?? 0) < amount) low = middle + 1;
      else high = middle;
    }
    const [above = 0, below = Number.NEGATIVE_INFINITY] = [table[low], table[low - 1]];
    return amount - below <= above - amount ? low - 1 : low;
  }
}
