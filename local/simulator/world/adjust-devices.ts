/** A device in one app. */
export interface AdjustDevice {
  appToken: string;
  /** Adjust's own ID. */
  adid: string;
  /** Its IDs by Adjust's words for their kinds. */
  ids: Readonly<Record<string, string>>;
  optedOut: boolean;
}

/** An event that was taken over the server-to-server API, as its form said it. */
export type AdjustS2sEvent = Readonly<Record<string, string>>;

export interface AdjustDeviceState {
  devices: AdjustDevice[];
  /** Events taken, oldest first. */
  s2sEvents: AdjustS2sEvent[];
  /** Erasures carried out, by app and time in milliseconds, for the limit of a minute. */
  erasures: { appToken: string; at: number }[];
  /** Erasures of an app that one minute allows. Source: Adjust's documentation, which does not say whose. */
  erasuresPerMinute: number;
}

/** A test device of Harbor Kings, one whose user has opted out, and one of another app. */
export function createAdjustDeviceState(): AdjustDeviceState {
  return {
    devices: [
      {
        appToken: "hk1ios2game3",
        adid: "acf8534f2f052395e617a38730682ccc",
        ids: { idfa: "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90", idfv: "8d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c91" },
        optedOut: false,
      },
      {
        appToken: "hk1ios2game3",
        adid: "bcf8534f2f052395e617a38730682ccd",
        ids: { idfa: "1111aaaa-3f0a-4a55-9c1d-2e8f4b6a7c90" },
        optedOut: true,
      },
      {
        appToken: "sw4ios5calm6",
        adid: "ccf8534f2f052395e617a38730682cce",
        ids: { idfa: "2222aaaa-3f0a-4a55-9c1d-2e8f4b6a7c90" },
        optedOut: false,
      },
    ],
    s2sEvents: [],
    erasures: [],
    erasuresPerMinute: 10,
  };
}
