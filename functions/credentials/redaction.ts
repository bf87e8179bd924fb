import type { Runtime } from "../runtime.ts";
import { type BoundedMap, createBoundedMap } from "./bounded-map.ts";

/** What stands in the place of a secret. */
const mark = "[redacted]";

/** Shorter texts are words rather than secrets, and taking them out would only spoil messages. */
const minLength = 6;

/** Parts of a secret that are worth hiding by themselves: a line of a PEM, a segment of a token. */
const minPartLength = 16;

/** Texts of the shapes that secrets have, known or not. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mark],
  // A JWT; `eyJ` is how `{"` begins in base64url.
  [/eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, mark],
  // The same, encoded in base64 once more.
  [/ZXlK[\w+/-]{20,}={0,2}/g, mark],
  // Any other bearer token: long, or with a digit, so that "bearer token" stays readable.
  [/\b(bearer(?:\s|%20|\+)+)(?:(?=[\w.~+/%-]*\d)[\w.~+/%-]{6,}|[\w.~+/%-]{16,})=*/gi, `$1${mark}`],
];

/** Replaces secrets in texts that leave the process. */
export interface Redaction {
  /** Remembers a secret for as long as what is read now may be in use, and a while after. */
  rememberSecret(value: string): void;
  /** @param lifeMs how long the token is still taken. */
  rememberToken(text: string, lifeMs: number): void;
  redact(text: string): string;
  /** How many secrets and tokens are remembered. */
  readonly size: number;
}

/** Limits of what is remembered; times in milliseconds. */
export interface RedactionOptions {
  runtime: Runtime;
  /** The longest that a secret is used after it was read. A secret that stays in use is read again before that. */
  secretMs: number;
  maxSecrets: number;
  maxTokens: number;
}

/** A service may echo what it was sent until the call has ended, and a call takes 100 s. */
const graceMs = 2 * 60_000;

/** A value that must not be seen. Its encodings are worked out when a text is first redacted: most never are. */
interface Known {
  value: string;
  /** Milliseconds since the epoch; from then on the value is no longer in use, and is forgotten. */
  until: number;
  forms?: readonly string[];
}

/**
 * The values themselves are kept, since nothing less finds them in a text: secrets in use and tokens that have not
 * expired. What is past is forgotten whenever something is remembered or redacted. Secrets and tokens are remembered
 * apart, so that many tokens never push out a secret. What is pushed out is still caught by its shape.
 */
export function createRedaction({ runtime, secretMs, maxSecrets, maxTokens }: RedactionOptions): Redaction {
  const secrets = createBoundedMap<Known>(maxSecrets);
  const tokens = createBoundedMap<Known>(maxTokens);

  function forgetPast(): void {
    const now = runtime.now();
    for (const known of [secrets, tokens]) {
      for (const { value, until } of [...known.values()]) if (until <= now) known.delete(value);
    }
  }

  function remember(known: BoundedMap<Known>, value: string, lifeMs: number): void {
    forgetPast();
    if (value.trim().length < minLength) return;
    const until = runtime.now() + lifeMs + graceMs;
    const present = known.get(value);
    if (present) present.until = until;
    else known.set(value, { value, until });
  }

  return {
    rememberSecret: (value) => remember(secrets, value, secretMs),
    rememberToken: (text, lifeMs) => remember(tokens, text, lifeMs),
    get size() {
      return secrets.size + tokens.size;
    },
    redact(text) {
      forgetPast();
      let redacted = text;
      for (const known of [...secrets.values(), ...tokens.values()]) {
        known.forms ??= formsOf(known.value);
        for (const form of known.forms) {
          if (redacted.includes(form)) redacted = redacted.replaceAll(form, mark);
        }
      }
      for (const [shape, replacement] of shapes) redacted = redacted.replace(shape, replacement);
      return redacted;
    },
  };
}

/** Every way in which a value is likely to be written, longest first so that no rest is left standing. */
function formsOf(value: string): readonly string[] {
  const trimmed = value.trim();
  const forms = new Set<string>();
  for (const text of new Set([value, trimmed, trimmed.replaceAll("\r\n", "\n")])) addForms(forms, text);
  for (const part of partsOf(trimmed)) addForms(forms, part);
  return [...forms].filter((form) => form.length >= minLength).sort((a, b) => b.length - a.length);
}

function addForms(forms: Set<string>, text: string): void {
  const percent = encodeURIComponent(text.toWellFormed());
  const json = JSON.stringify(text).slice(1, -1);
  const plain = [text, percent, percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())];
  for (const form of [...plain, json, json.replaceAll("/", "\\/")]) forms.add(form);
  for (const encoded of base64Of(text)) {
    forms.add(encoded);
    forms.add(encoded.replaceAll("+", "-").replaceAll("/", "_"));
    forms.add(encodeURIComponent(encoded));
  }
}

/** Base64 of the text at each of the three places in a group where it may begin, without what its neighbours decide. */
function base64Of(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    return encoded.slice(shift === 0 ? 0 : shift + 1, whole);
  });
}

/** The base64 of a PEM, whole and by lines; the segments of a token. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  if (text.includes("-----BEGIN")) {
    const body = text.replace(/-----[A-Z ]+-----/g, "").trim();
    parts.push(body.replace(/\s/g, ""), ...body.split(/\s+/));
  } else if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) parts.push(...text.split("."));
  return parts.filter((part) => part.length >= minPartLength);
}
