/** How the table of a currency is made. The rates are round numbers of the simulator's own. */
export interface CurrencyFacts {
  /** Units of the currency for one dollar. */
  rate: number;
  /** Digits after the point that its amounts have. */
  decimals: 0 | 2;
  /** What an amount of the US table, in cents, is multiplied by to give one in the smallest unit of this table. */
  scale: number;
}

const hundredths = (rate: number, scale = 1): CurrencyFacts => ({ rate, decimals: 2, scale });
const whole = (rate: number, scale: number): CurrencyFacts => ({ rate, decimals: 0, scale });

const facts: Readonly<Record<string, CurrencyFacts>> = {
  AED: hundredths(3.67, 4),
  AUD: hundredths(1.55),
  BRL: hundredths(5.6, 5),
  CAD: hundredths(1.38),
  CHF: hundredths(0.9),
  CLP: whole(950, 10),
  CNY: hundredths(7.2, 7),
  COP: whole(4_100, 50),
  CZK: hundredths(23, 25),
  DKK: hundredths(6.9, 7),
  EGP: hundredths(48, 50),
  EUR: hundredths(1.08),
  GBP: hundredths(0.93),
  HKD: hundredths(7.8, 8),
  HUF: whole(370, 4),
  IDR: whole(16_000, 200),
  ILS: hundredths(3.7, 4),
  INR: hundredths(88, 100),
  JPY: whole(155, 2),
  KRW: whole(1_400, 20),
  KZT: hundredths(500, 500),
  MXN: hundredths(19, 20),
  MYR: hundredths(4.5, 5),
  NGN: hundredths(1_550, 2_000),
  NOK: hundredths(10.9, 10),
  NZD: hundredths(1.7, 2),
  PEN: hundredths(3.8, 4),
  PHP: hundredths(58, 50),
  PKR: hundredths(280, 250),
  PLN: hundredths(4.6, 5),
  QAR: hundredths(3.64, 4),
  RON: hundredths(4.9, 5),
  RUB: hundredths(95, 100),
  SAR: hundredths(3.75, 4),
  SEK: hundredths(11, 10),
  SGD: hundredths(1.4),
  THB: hundredths(36, 40),
  TRY: hundredths(34, 40),
  TWD: whole(32, 1),
  TZS: hundredths(2_600, 2_500),
  USD: hundredths(1),
  VND: whole(25_000, 250),
  ZAR: hundredths(18.5, 20),
};

/** @throws Error for a currency that no territory of the simulator has. */
export function currencyFacts(currency: string): CurrencyFacts {
  const found = facts[currency];
  if (found === undefined) throw new Error(`currencies.ts has no rate for ${currency}.`);
  return found;
}
