/** What happened in one app on one day, by everything that reports can be broken down by. */
export interface ReportFact {
  day: string;
  app_token: string;
  app: string;
  os_name: string;
  partner_name: string;
  partner_id: string;
  partner: string;
  country: string;
  country_code: string;
  /** click, impression or engaged_ad. */
  attributionType: string;
  installs: number;
  clicks: number;
  impressions: number;
  /** US cents. */
  costCents: number;
  revenueCents: number;
}

/** Milliseconds. */
const dayMs = 86_400_000;

/** Enough for a month and the days around it. */
const days = 40;

const apps = [
  { app_token: "hk1ios2game3", app: "Harbor Kings", os_name: "ios" },
  { app_token: "hk9and8game7", app: "Harbor Kings Android", os_name: "android" },
  { app_token: "sw4ios5calm6", app: "Stillwater", os_name: "ios" },
  // An app that App Automation does not know has reports all the same.
  { app_token: "dash0only0ap", app: "Made in the dashboard", os_name: "ios" },
] as const;

const organic = { partner_name: "Organic", partner_id: "-300", partner: "organic" } as const;
const appLovin = { partner_name: "AppLovin", partner_id: "34", partner: "applovin" } as const;
const facebook = { partner_name: "Facebook", partner_id: "8", partner: "facebook" } as const;

/** Sources of installs: partner, engagement, US cents an install. */
const sources = [
  { ...organic, attributionType: "click", cents: 0 },
  { ...appLovin, attributionType: "click", cents: 125 },
  { ...appLovin, attributionType: "impression", cents: 40 },
  { ...facebook, attributionType: "click", cents: 210 },
  { ...facebook, attributionType: "engaged_ad", cents: 75 },
] as const;

const countries = [
  { country: "United States of America", country_code: "US" },
  { country: "Germany", country_code: "DE" },
  { country: "Japan", country_code: "JP" },
] as const;

/** Facts of the last 40 days, today included. Numbers hang on how long ago a day is, so that tests can name them. */
export function createReportFacts(now: number): ReportFact[] {
  const facts: ReportFact[] = [];
  for (let ago = days - 1; ago >= 0; ago -= 1) {
    const day = new Date(now - ago * dayMs).toISOString().slice(0, 10);
    for (const [a, app] of apps.entries())
      for (const [s, { cents, ...source }] of sources.entries())
        for (const [c, country] of countries.entries()) {
          const installs = 10 + ((ago * 7 + a * 5 + s * 3 + c * 11) % 40);
          facts.push({
            day,
            ...app,
            ...source,
            ...country,
            installs,
            clicks: installs * 7,
            impressions: installs * 40,
            costCents: installs * cents,
            revenueCents: installs * 83,
          });
        }
  }
  return facts;
}
