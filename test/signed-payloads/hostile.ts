import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "@peculiar/x509";
import fc from "fast-check";
import { SignatureFault, type SignedPayloads } from "../../functions/signed-payloads/index.ts";
import { appleMarks } from "../../local/simulator/signing/authority.ts";
import { changeDer, derChange, parseDer, partsOf, writeDer } from "./der-tree.ts";
import {
  apps,
  appTransaction,
  bundleId,
  type Fields,
  jws,
  notification,
  renewalInfo,
  transaction,
} from "./payloads.ts";
import { type Signing, signedAgain } from "./signing.ts";

/** Payloads by which nobody may be deceived and nothing broken, and how many of them the suite tries. */
export interface Attack {
  runs: number;
  property: fc.IAsyncProperty<unknown>;
}

/** What is accepted of a text; undefined where it is refused, as it has to be: with SignatureFault. */
async function accepted(payloads: SignedPayloads, text: string) {
  try {
    return await payloads.decode(text, { apps });
  } catch (error) {
    if (!(error instanceof SignatureFault)) throw error;
    return undefined;
  }
}

const good = {
  transaction: transaction(),
  renewalInfo: renewalInfo(),
  appTransaction: appTransaction(),
  notification: notification(),
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. \n\0\u00e9\u{1f600}{}"';
const someText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...letters), maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 30 }),
);

/** Puts a text in the place of some characters of another. */
const splice = fc
  .tuple(fc.nat(), fc.oneof(fc.nat({ max: 4 }), fc.nat()), someText)
  .map(([at, count, text]) => (whole: string) => {
    const from = at % (whole.length + 1);
    return whole.slice(0, from) + text + whole.slice(from + count);
  });

/** What no claim is, or is only by chance. */
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 53,
    8.64e15,
    -8.64e15,
    1e300,
    5e-324,
    "",
    " ",
    "0",
    "NaN",
    "\0",
    "Production",
    "Sandbox",
    "SANDBOX",
    "Xcode",
    "LocalTesting",
    "production",
    bundleId,
    `${bundleId}\0`,
    bundleId.toUpperCase(),
    [],
    {},
    [[]],
    [null],
    { toString: 1 },
    { length: 3 },
    Date.now(),
    String(Date.now()),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

const memberNames = [
  ...new Set(
    [good.transaction, good.renewalInfo, good.appTransaction, good.notification].flatMap(Object.keys),
  ),
  "summary",
  "appData",
  "externalPurchaseToken",
  "externalPurchaseId",
  "signedTransactionInfo",
  "signedRenewalInfo",
  "signedAppTransactionInfo",
  "status",
  "statusText",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "\0",
  "",
];
/** A member, written into JSON as it is: names may stand twice, and `__proto__` is a name as any other. */
const member = fc
  .tuple(fc.constantFrom(...memberNames), anyValue)
  .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
const rawMember = fc.oneof(
  { weight: 8, arbitrary: member },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...memberNames),
        fc.constantFrom(
          "1e999",
          "-1e999",
          "9".repeat(400),
          "-0",
          "1E400",
          "0.1e-400",
          `"\\u0000"`,
          `"\\ud800"`,
        ),
      )
      .map(([name, value]) => `${JSON.stringify(name)}:${value}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("[", '{"a":', '[{"price":'), fc.nat({ max: 3_000 }))
      .map(([open, levels]) => {
        const close = [...open].filter((each) => each === "[" || each === "{").reverse();
        return `"deep":${open.repeat(levels)}1${close
          .map((each) => (each === "[" ? "]" : "}"))
          .join("")
          .repeat(levels)}`;
      }),
  },
);

/** JSON of an object with more members, or others, in front and behind. */
const withMembers = (fields: Fields, before: readonly string[], after: readonly string[]) =>
  `{${[...before, ...Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${JSON.stringify(name)}:${JSON.stringify(value)}`])), ...after].join(",")}}`;

/** The attacks on a relay that trusts the root of `signing`. */
export async function attacks(
  signing: Signing,
  payloads: SignedPayloads,
): Promise<Readonly<Record<string, Attack>>> {
  const { authority, key, chain, signed } = signing;
  const texts = [
    ...Object.values(good).map((fields) => signed(fields)),
    signed(
      notification({
        signedTransactionInfo: signed(transaction()),
        signedRenewalInfo: signed(renewalInfo()),
        status: 1,
      }),
    ),
  ];
  const believed = new Map(
    await Promise.all(texts.map(async (text) => [text, await payloads.decode(text, { apps })] as const)),
  );
  const goodText = fc.constantFrom(...texts);

  /** Nobody but the leaf has signed: what is not word for word a good text is refused. */
  const isRefusedUnlessGood = async (text: string) =>
    assert.deepEqual(await accepted(payloads, text), believed.get(text), text);

  /** The leaf has signed, and only the claims are in doubt: what is accepted has to say what is asked. */
  const isRefusedUnlessTrue = async (text: string) => {
    const decoded = await accepted(payloads, text);
    assert.equal(Object.getPrototypeOf(decoded?.payload ?? {}), Object.prototype);
    if (!decoded) return;
    assert.match(decoded.environment, /^(Production|Sandbox)$/);
    assert.equal(decoded.bundleId, decoded.kind === "renewalInfo" ? undefined : bundleId);
    assert.equal(typeof JSON.stringify(decoded.payload), "string");
  };

  return {
    "characters of a whole text": {
      runs: 2_500,
      property: fc.asyncProperty(
        goodText,
        fc.array(splice, { minLength: 1, maxLength: 3 }),
        async (text, changes) => isRefusedUnlessGood(changes.reduce((whole, change) => change(whole), text)),
      ),
    },
    "characters of one part": {
      runs: 2_000,
      property: fc.asyncProperty(goodText, fc.nat({ max: 2 }), splice, async (text, index, change) =>
        isRefusedUnlessGood(
          text
            .split(".")
            .with(index, change(text.split(".")[index] ?? ""))
            .join("."),
        ),
      ),
    },
    "bytes of one part": {
      runs: 1_500,
      property: fc.asyncProperty(
        goodText,
        fc.nat({ max: 2 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (text, index, at, change) => {
          const parts = text.split(".");
          const bytes = Buffer.from(parts[index] ?? "", "base64url");
          const where = at % bytes.length;
          bytes[where] = (bytes[where] ?? 0) ^ change;
          await isRefusedUnlessGood(parts.with(index, bytes.toString("base64url")).join("."));
        },
      ),
    },
    "parts of several texts": {
      runs: 300,
      property: fc.asyncProperty(goodText, goodText, goodText, async (...three) =>
        isRefusedUnlessGood(three.map((text, index) => text.split(".")[index]).join(".")),
      ),
    },
    "any text": {
      runs: 500,
      property: fc.asyncProperty(fc.array(someText, { maxLength: 5 }), async (parts) =>
        isRefusedUnlessGood(parts.join(".")),
      ),
    },
    "members of a payload": {
      runs: 2_000,
      property: fc.asyncProperty(
        fc.constantFrom(...Object.values(good)),
        fc.array(rawMember, { maxLength: 3 }),
        fc.array(rawMember, { maxLength: 3 }),
        async (fields, before, after) => isRefusedUnlessTrue(signed(withMembers(fields, before, after))),
      ),
    },
    "members of what a notification is about": {
      runs: 500,
      property: fc.asyncProperty(
        fc.constantFrom("data", "summary", "appData", "externalPurchaseToken"),
        fc.array(rawMember, { minLength: 1, maxLength: 3 }),
        async (part, members) => {
          const { data, ...others } = good.notification;
          const about = withMembers(Object(data), [], members);
          await isRefusedUnlessTrue(signed(withMembers(others, [`${JSON.stringify(part)}:${about}`], [])));
        },
      ),
    },
    "members of a header": {
      runs: 1_000,
      property: fc.asyncProperty(
        fc.constantFrom("alg", "x5c", "kid", "typ", "jwk", "crit", "b64", "__proto__"),
        fc.oneof(
          anyValue,
          fc.constantFrom("ES256", "es256", "none", "HS256", "ES256\0", ["ES256"]),
          fc.array(fc.oneof(anyValue, fc.constantFrom(...chain())), { maxLength: 6 }),
          fc.nat({ max: 500 }).map((count) => Array.from({ length: count }, () => chain()[0])),
        ),
        async (name, value) => {
          const x5c = chain();
          const header = withMembers(
            { alg: "ES256", x5c },
            [],
            [`${JSON.stringify(name)}:${JSON.stringify(value)}`],
          );
          const isSame = JSON.stringify(JSON.parse(header).x5c) === JSON.stringify(x5c);
          const decoded = await accepted(payloads, jws(header, good.transaction, key));
          assert.ok(decoded === undefined || (isSame && JSON.parse(header).alg === "ES256"), header);
        },
      ),
    },
    certificates: {
      runs: 700,
      property: fc.asyncProperty(fc.nat({ max: 2 }), fc.nat(), derChange, async (index, at, change) => {
        const certificates: Buffer[] = chain().map((text) => Buffer.from(text, "base64"));
        const before = certificates[index] ?? Buffer.alloc(0);
        const nodes = parseDer(before);
        changeDer(nodes, at, change);
        const changed = writeDer(nodes);
        const x5c = certificates.with(index, changed).map((bytes) => bytes.toString("base64"));
        const decoded = await accepted(payloads, signed(good.transaction, { x5c }));
        // What its issuer signed is all that counts of a certificate, but for the root, of which every byte does.
        const isSame = index === 2 ? changed.equals(before) : signedPart(changed).equals(signedPart(before));
        assert.ok(decoded === undefined || isSame, x5c[index]);
      }),
    },
    "certificates that their issuer signed again": {
      runs: 500,
      property: fc.asyncProperty(
        fc.constantFrom("leaf" as const, "intermediate" as const),
        fc.nat(),
        derChange,
        async (which, at, change) => {
          const { intermediate, root } = authority;
          const issuer = which === "leaf" ? intermediate : root;
          const made = await signedAgain(authority[which], issuer, (part) => changeDer(part, at, change));
          const x5c = chain().with(which === "leaf" ? 0 : 1, made);
          if (await accepted(payloads, signed(good.transaction, { x5c }))) {
            assertAppleLike(Buffer.from(made, "base64"), which);
          }
        },
      ),
    },
  };
}

/** The part of a certificate that its issuer signed; nothing where there is none. */
function signedPart(der: Buffer): Buffer {
  try {
    return writeDer(partsOf(parseDer(der)[0]).slice(0, 1));
  } catch {
    return Buffer.alloc(0);
  }
}

/** Asks another library whether a certificate has the mark and the role of its place. */
function assertAppleLike(der: Buffer, which: "leaf" | "intermediate"): void {
  const { extensions } = new X509Certificate(new Uint8Array(der));
  assert.ok(
    extensions.some(({ type }) => type === appleMarks[which]),
    der.toString("base64"),
  );
  const isAuthority = extensions.some((extension) => "ca" in extension && extension.ca === true);
  assert.equal(isAuthority, which === "intermediate", der.toString("base64"));
}
