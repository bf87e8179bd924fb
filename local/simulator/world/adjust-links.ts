/** A link of the Campaign API. Adjust calls it a tracker there. */
export interface AdjustTracker {
  appToken: string;
  token: string;
  name: string;
  /** Token of the link above; absent at the top. */
  parent?: string;
  /** 1 network, 2 campaign, 3 adgroup, 4 creative. */
  level: number;
  archived: boolean;
  partnerId: number | null;
  costDataEnabled: boolean;
}

export interface AdjustPartner {
  id: number;
  display_name: string;
  supports_cost_data: boolean;
}

export interface AdjustLinkState {
  trackers: AdjustTracker[];
  partners: AdjustPartner[];
  /** What short links were made of, by their last part. */
  shortLinks: Map<string, Readonly<Record<string, unknown>>>;
}

/** Links of Harbor Kings on all four levels, and enough partners that they do not fit a small page. */
export function createAdjustLinkState(): AdjustLinkState {
  const link = (token: string, name: string, facts: Partial<AdjustTracker> = {}): AdjustTracker => ({
    appToken: "hk1ios2game3",
    token,
    name,
    level: 1,
    archived: false,
    partnerId: null,
    costDataEnabled: false,
    ...facts,
  });
  return {
    trackers: [
      link("abc123", "Adroll", { partnerId: 3 }),
      link("abc124", "Adcolony", { partnerId: 174, costDataEnabled: true }),
      link("abc125", "Newsletter"),
      link("abc126", "Old network", { archived: true }),
      link("abc127", "Influencers"),
      link("camp01", "SpringCampaign", { parent: "abc123", level: 2 }),
      link("camp02", "Twice", { parent: "abc123", level: 2 }),
      link("camp03", "Twice", { parent: "abc123", level: 2 }),
      link("adgr01", "Puzzle players", { parent: "camp01", level: 3 }),
      link("crea01", "Banner", { parent: "adgr01", level: 4 }),
      link("sw4net", "Adroll", { appToken: "sw4ios5calm6" }),
    ],
    partners: [
      { id: 3, display_name: "Adroll", supports_cost_data: false },
      { id: 174, display_name: "Adcolony", supports_cost_data: true },
      ...Array.from({ length: 210 }, (_, index) => ({
        id: 1_001 + index,
        display_name: `Partner ${String(index + 1).padStart(3, "0")}`,
        supports_cost_data: index % 2 === 0,
      })),
    ],
    shortLinks: new Map(),
  };
}
