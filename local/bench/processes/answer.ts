/** How many apps the answer lists: makes a body of about 3 KB, as App Store Connect's are. */
const apps = 8;

/** An answer of App Store Connect to a list of apps, as JSON text. @param origin where its links lead. */
export function appsAnswer(origin: string): string {
  return JSON.stringify({
    data: Array.from({ length: apps }, (_, index) => {
      const id = String(1_480_000_001 + index);
      const self = `${origin}/v1/apps/${id}`;
      return {
        type: "apps",
        id,
        attributes: {
          name: `Harbor Kings ${index + 1}`,
          bundleId: `com.example.harborkings${index + 1}`,
          sku: `HARBOR-${index + 1}`,
          primaryLocale: "en-US",
          isOrEverWasMadeForKids: false,
          contentRightsDeclaration: "DOES_NOT_USE_THIRD_PARTY_CONTENT",
        },
        relationships: { builds: { links: { related: `${self}/builds` } } },
        links: { self },
      };
    }),
    links: {
      self: `${origin}/v1/apps?limit=${apps}`,
      next: `${origin}/v1/apps?cursor=CA.AN_Zk8s&limit=${apps}`,
    },
    meta: { paging: { total: 42, limit: apps } },
  });
}
