import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { RelayError } from "../../functions/errors.ts";
import { systemRuntime } from "../../functions/runtime.ts";
import {
  createSignedPayloads,
  type Revocation,
  SignatureFault,
} from "../../functions/signed-payloads/index.ts";
import { createClient } from "../../functions/upstream/client.ts";
import { createResponder } from "../../functions/upstream/responder.ts";
import { openConnections } from "../../functions/upstream/transport.ts";
import { appleMarks, certify, makeAuthority } from "../../local/simulator/signing/authority.ts";
import { ocspAnswer } from "../../local/simulator/signing/ocsp-answer.ts";
import { answer, type OcspBehaviour, startResponder } from "../../local/simulator/signing/responder.ts";
import { apps, transaction } from "./payloads.ts";
import { signedBy } from "./signing.ts";

const minute = 60_000;
const day = 86_400_000;

const connections = openConnections();
const responder = await startResponder();
const { authority, origin } = responder;
const { leaf, intermediate, root } = authority;
const text = await signedBy(leaf, [intermediate, root]);
after(async () => {
  await connections.close();
  await responder.close();
});

/** What a call comes to. */
type Verdict = "believed" | "refused" | "unavailable";

/** A relay of its own, which has asked nobody yet, and a clock that tests can turn. */
function makeRelay(mode: Revocation["mode"], facts: { at?: string; timeoutMs?: number } = {}) {
  const clock = { now: Date.now() };
  const ask = createResponder({
    client: createClient(connections),
    runtime: systemRuntime,
    origin: facts.at ?? origin,
    ...(facts.timeoutMs !== undefined && { timeoutMs: facts.timeoutMs }),
  });
  const payloads = createSignedPayloads({
    fingerprints: new Set([authority.fingerprint]),
    runtime: { now: () => clock.now },
    revocation: { mode, ask },
  });
  const verdict = async (payload = text): Promise<Verdict> => {
    try {
      await payloads.decode(payload, { apps });
      return "believed";
    } catch (error) {
      if (error instanceof SignatureFault) return "refused";
      if (error instanceof RelayError && error.code === "upstream_unavailable") return "unavailable";
      throw error;
    }
  };
  return { clock, verdict };
}

/** Answers with the bytes that `make` makes of a right answer. */
const changed =
  (make: (bytes: Uint8Array) => Uint8Array): OcspBehaviour =>
  async (request, response) =>
    answer(response, make(await ocspAnswer(request, authority)));

/** What a responder may say that is to be believed. */
const said = {
  good: ["believed", "believed"],
  revoked: ["refused", "refused"],
  unknown: ["refused", "refused"],
} as const;

/** Whatever else it may do, which tells nobody anything. */
const silence: Readonly<Record<string, () => void | Promise<void>>> = {
  "breaks the connection": () => responder.behave((_request, response) => void response.destroy()),
  "answers 503": () => responder.behave((_request, response) => void response.writeHead(503).end()),
  "leads elsewhere": () =>
    responder.behave((_request, response) => void response.writeHead(302, { location: origin }).end()),
  "answers a page": () =>
    responder.behave(
      (_request, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
    ),
  "answers something of its kind that is none": () =>
    responder.behave((_request, response) => answer(response, Buffer.from("hello"))),
  "answers nothing of its kind": () =>
    responder.behave((_request, response) => answer(response, new Uint8Array())),
  "answers a megabyte": () =>
    responder.behave((_request, response) => answer(response, new Uint8Array(1_048_576))),
  // OCSPResponse with the status tryLater.
  "asks to try later": () =>
    responder.behave((_request, response) => answer(response, Buffer.from("30030a0103", "hex"))),
  "answers half": () => responder.behave(changed((bytes) => bytes.subarray(0, bytes.length / 2))),
  "answers what was changed after it was signed": () =>
    responder.behave(
      changed((bytes) => {
        const copy = Uint8Array.from(bytes);
        // Within ResponseData: its time of production.
        copy[80] = (copy[80] ?? 0) ^ 1;
        return copy;
      }),
    ),
  "speaks of another certificate": () => responder.say({ serialNumber: new Uint8Array([1, 2, 3]).buffer }),
  "repeats what is no longer valid": () =>
    responder.say({ thisUpdate: Date.now() - 2 * day, nextUpdate: Date.now() - day }),
  "says what is not valid yet": () =>
    responder.say({ thisUpdate: Date.now() + day, nextUpdate: Date.now() + 2 * day }),
  "does not say how long it is valid": () => responder.say({ nextUpdate: null }),
  "signs with a key that nobody appointed": async () =>
    responder.say({ signer: await certify({ name: "Simulated Responder", speaks: true }) }),
  "signs with a certificate of another authority": async () => {
    const other = await makeAuthority();
    responder.say({
      signer: await certify({ name: "Simulated Responder", speaks: true }, other.intermediate),
    });
  },
  "signs with the leaf of the payload, which is for something else": () => responder.say({ signer: leaf }),
  "signs revoked with the leaf of the payload": () => responder.say({ status: "revoked", signer: leaf }),
  "signs with a certificate that has expired": async () =>
    responder.say({
      signer: await certify(
        { name: "Simulated Responder", speaks: true, until: Date.now() - day },
        intermediate,
      ),
    }),
};

describe("A check for revocation", () => {
  for (const [status, verdicts] of Object.entries(said)) {
    it(`takes the responder's word where it says ${status}`, async () => {
      responder.say({ status: status as keyof typeof said });
      const own = [makeRelay("open"), makeRelay("closed")];
      assert.deepEqual(await Promise.all(own.map(({ verdict }) => verdict())), verdicts);
    });
  }

  for (const [what, set] of Object.entries(silence)) {
    it(`believes when open, and does not when closed, where the responder ${what}`, async () => {
      await set();
      assert.equal(await makeRelay("open").verdict(), "believed");
      assert.equal(await makeRelay("closed").verdict(), "unavailable");
    });
  }

  it("ends by itself where the responder never answers", async () => {
    responder.behave(() => undefined);
    assert.equal(await makeRelay("open", { timeoutMs: 100 }).verdict(), "believed");
    assert.equal(await makeRelay("closed", { timeoutMs: 100 }).verdict(), "unavailable");
  });

  it("takes the word of an issuer that signs for itself", async () => {
    responder.say({ signer: "issuer" });
    assert.equal(await makeRelay("closed").verdict(), "believed");
    responder.say({ status: "revoked", signer: "issuer" });
    assert.equal(await makeRelay("open").verdict(), "refused");
  });

  it("does not take the word of one issuer for what the other issued", async () => {
    responder.say({ signer: root });
    assert.equal(await makeRelay("closed").verdict(), "unavailable");
  });

  it("asks about leaf and intermediate once, however many payloads there are", async () => {
    responder.say({});
    const before = responder.requests.length;
    const { verdict } = makeRelay("closed");
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verdict()));
    assert.deepEqual(new Set([...verdicts, await verdict()]), new Set(["believed"]));
    assert.equal(responder.requests.length - before, 2);
  });

  it("asks again when an answer is over, within a minute at the least and a day at the most", async () => {
    const asked = async (nextUpdate: number, waitMs: number) => {
      responder.say({ nextUpdate });
      const { clock, verdict } = makeRelay("closed");
      await verdict();
      const before = responder.requests.length;
      clock.now += waitMs;
      // What it says meanwhile is not what matters here.
      responder.say({ nextUpdate: Date.now() + 90 * day });
      await verdict();
      return responder.requests.length - before;
    };
    const now = Date.now();
    assert.equal(await asked(now + 60 * minute, 50 * minute), 0);
    assert.equal(await asked(now + 60 * minute, 61 * minute), 2);
    assert.equal(await asked(now + 1_000, minute / 2), 0);
    assert.equal(await asked(now + 90 * day, day - minute), 0);
    assert.equal(await asked(now + 90 * day, day + minute), 2);
  });

  it("leaves a responder alone for half a minute that has said nothing", async () => {
    responder.behave((_request, response) => void response.destroy());
    const { clock, verdict } = makeRelay("closed");
    assert.equal(await verdict(), "unavailable");
    responder.say({});
    const before = responder.requests.length;
    clock.now += minute / 4;
    assert.equal(await verdict(), "unavailable");
    assert.equal(responder.requests.length, before);
    clock.now += minute / 2;
    assert.equal(await verdict(), "believed");
  });

  it("asks nobody for the sake of a payload that is refused anyway", async () => {
    responder.say({});
    const before = responder.requests.length;
    const other = await makeAuthority(`${origin}/ocsp03-simulated`);
    const { verdict } = makeRelay("closed");
    const foreign = await signedBy(other.leaf, [other.intermediate, other.root]);
    const elsewhere = await signedBy(
      leaf,
      [intermediate, root],
      transaction({ bundleId: "com.example.other" }),
    );
    for (const payload of [foreign, elsewhere, `${text.slice(0, -8)}AAAAAAAA`]) {
      assert.equal(await verdict(payload), "refused");
    }
    assert.equal(responder.requests.length, before);
  });

  it("asks nobody but the responder of the configuration, whatever a certificate names", async () => {
    responder.say({});
    const before = responder.requests.length;
    assert.equal(await makeRelay("closed", { at: "http://ocsp.apple.com" }).verdict(), "unavailable");
    for (const path of ["/..", "/%2e%2e/x", "/a?b", "/a#b", "@127.0.0.1/x", "//x", ""]) {
      const own = await certify(
        { name: "Leaf", marks: [appleMarks.leaf], responder: `${origin}${path}` },
        intermediate,
      );
      const payload = await signedBy(own, [intermediate, root]);
      assert.equal(await makeRelay("closed").verdict(payload), "unavailable", path);
    }
    const nameless = await certify({ name: "Leaf", marks: [appleMarks.leaf] }, intermediate);
    assert.equal(
      await makeRelay("closed").verdict(await signedBy(nameless, [intermediate, root])),
      "unavailable",
    );
    // The intermediate, whose own responder is the right one, was asked about by each relay that asks there at all.
    assert.equal(responder.requests.length - before, 8);
  });

  it("holds the dates of the chain against today: of an old chain nobody says whether it was revoked", async () => {
    responder.say({});
    const old = await certify(
      { name: "Leaf", marks: [appleMarks.leaf], until: Date.now() - day },
      intermediate,
    );
    const payload = await signedBy(
      old,
      [intermediate, root],
      transaction({ signedDate: Date.now() - 2 * day }),
    );
    assert.equal(await makeRelay("open").verdict(payload), "refused");
  });

  it("sends the same request as any other program: a version, a certificate ID, no nonce", async () => {
    responder.say({});
    const before = responder.requests.length;
    await makeRelay("open").verdict();
    for (const bytes of responder.requests.slice(before)) {
      const hex = Buffer.from(bytes).toString("hex");
      // id-sha256 in the certificate ID, and nowhere id-pkix-ocsp-nonce.
      assert.ok(hex.includes("0609608648016503040201") && !hex.includes("2b0601050507300102"));
    }
  });
});
