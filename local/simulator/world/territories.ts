/** Territories that have a currency other than the US dollar. */
const currencies: Readonly<Record<string, string>> = {
  AED: "ARE",
  AUD: "AUS",
  BRL: "BRA",
  CAD: "CAN",
  CHF: "CHE",
  CLP: "CHL",
  CNY: "CHN",
  COP: "COL",
  CZK: "CZE",
  DKK: "DNK",
  EGP: "EGY",
  EUR: "AUT BEL BGR BIH CYP DEU ESP EST FIN FRA GRC HRV IRL ITA LTU LUX LVA MLT MNE NLD PRT SRB SVK SVN XKS",
  GBP: "GBR",
  HKD: "HKG",
  HUF: "HUN",
  IDR: "IDN",
  ILS: "ISR",
  INR: "IND",
  JPY: "JPN",
  KRW: "KOR",
  KZT: "KAZ",
  MXN: "MEX",
  MYR: "MYS",
  NGN: "NGA",
  NOK: "NOR",
  NZD: "NZL",
  PEN: "PER",
  PHP: "PHL",
  PKR: "PAK",
  PLN: "POL",
  QAR: "QAT",
  RON: "ROU",
  RUB: "RUS",
  SAR: "SAU",
  SEK: "SWE",
  SGD: "SGP",
  THB: "THA",
  TRY: "TUR",
  TWD: "TWN",
  TZS: "TZA",
  VND: "VNM",
  ZAR: "ZAF",
};

const inDollars = `
  AFG AGO AIA ALB ARG ARM ATG AZE BEN BFA BHR BHS BLR BLZ BMU BOL BRB BRN BTN BWA CIV CMR COD COG CPV CRI CYM DMA
  DOM DZA ECU FJI FSM GAB GEO GHA GMB GNB GRD GTM GUY HND IRQ ISL JAM JOR KEN KGZ KHM KNA KWT LAO LBN LBR LBY LCA
  LKA MAC MAR MDA MDG MDV MKD MLI MMR MNG MOZ MRT MSR MUS MWI NAM NER NIC NPL NRU OMN PAN PLW PNG PRY RWA SEN SLB
  SLE SLV STP SUR SWZ SYC TCA TCD TJK TKM TON TTO TUN UGA UKR URY USA UZB VCT VEN VGB VUT YEM ZMB ZWE`;

/** The 175 territories of the App Store, by alpha-3 code in alphabetical order, each with its currency. */
export const territories: readonly { id: string; currency: string }[] = [
  ...Object.entries(currencies).flatMap(([currency, ids]) => ids.split(" ").map((id) => ({ id, currency }))),
  ...inDollars
    .trim()
    .split(/\s+/)
    .map((id) => ({ id, currency: "USD" })),
].sort((a, b) => (a.id < b.id ? -1 : 1));
