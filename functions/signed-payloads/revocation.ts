import { createBoundedMap } from "../credentials/bounded-map.ts";
import { RelayError } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import type { Link, VerifiedChain } from "./chain.ts";
import { SignatureFault } from "./fault.ts";
import { loadOcsp } from "./load-ocsp.ts";

/** How certificates are checked for having been revoked. */
export interface Revocation {
  /**
   * What a payload is worth while no responder says anything that can be believed. `open`: what it is worth without the
   * check. `closed`: nothing, until the responder answers again.
   */
  mode: "open" | "closed";
  /** Sends a request to the responder that a certificate names. @throws Error where it brings no answer. */
  ask(url: string, request: Uint8Array): Promise<Uint8Array>;
}

interface Verdict {
  status: "good" | "revoked" | "unknown" | "unavailable";
  /** Until when it stands, in milliseconds since the epoch. */
  until: number;
}

interface Kept {
  verdict: Promise<Verdict>;
  /** Infinite while the responder is being asked. */
  until: number;
}

/** Only certificates of verified chains come here: two for each of the chains that are kept. */
const maxCertificates = 128;

/** However long a responder lets its answer stand, in milliseconds: a day late is late enough. */
const longestMs = 86_400_000;

/** However short: a responder is not asked about the same certificate with every payload. */
const shortestMs = 60_000;

/** How long a responder that said nothing is left alone. */
const unavailableMs = 30_000;

/**
 * Checks that neither leaf nor intermediate of a verified chain was revoked. An answer stands until its own end, within
 * bounds, and those who need it at the same time share one request.
 *
 * @returns a check that throws SignatureFault for a certificate that was revoked or that its authority does not know, and,
 *   `closed` alone, RelayError `upstream_unavailable` where nobody can say.
 */
export function createRevocationCheck(
  { mode, ask }: Revocation,
  runtime: Pick<Runtime, "now">,
): (chain: VerifiedChain) => Promise<void> {
  const kept = createBoundedMap<Kept>(maxCertificates);

  async function lookUp(link: Link): Promise<Verdict> {
    try {
      const { ocspRequest, readOcspAnswer, responderUrl } = await loadOcsp();
      const url = responderUrl(link.certificate);
      if (url === undefined) throw new Error("The certificate names no responder.");
      const answer = await ask(url, ocspRequest(link));
      const now = runtime.now();
      const { status, nextUpdate } = readOcspAnswer(answer, link, now);
      return { status, until: Math.min(Math.max(nextUpdate, now + shortestMs), now + longestMs) };
    } catch {
      // Nobody reached, or nothing said that can be believed: whoever can cut the line can also garble what comes over it.
      return { status: "unavailable", until: runtime.now() + unavailableMs };
    }
  }

  function verdictOf(link: Link): Promise<Verdict> {
    const key = link.certificate.fingerprint256;
    const known = kept.get(key);
    if (known && runtime.now() < known.until) return known.verdict;
    const entry: Kept = { verdict: lookUp(link), until: Number.POSITIVE_INFINITY };
    kept.set(key, entry);
    return entry.verdict.then((verdict) => {
      entry.until = verdict.until;
      return verdict;
    });
  }

  return async ({ links }) => {
    const statuses = (await Promise.all(links.map(verdictOf))).map(({ status }) => status);
    if (statuses.includes("revoked")) throw new SignatureFault("One of its certificates was revoked.");
    if (statuses.includes("unknown")) {
      throw new SignatureFault("One of its certificates is not known to the authority that issued it.");
    }
    if (mode === "closed" && statuses.includes("unavailable")) {
      throw new RelayError("upstream_unavailable", {
        message: "Apple could not be asked whether the certificates of a signed payload were revoked.",
        hint: "Try again in a minute. With APPLE_OCSP set to open, payloads are believed meanwhile.",
        source: "app-store-server",
      });
    }
  };
}
