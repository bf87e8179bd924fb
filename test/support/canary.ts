import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

/** A piece of text that must hold no canary, and where it comes from. */
export interface Observed {
  label: string;
  text: string;
}

interface Canary {
  name: string;
  /** Each form that the secret could be written in, by the name of the form. */
  forms: readonly (readonly [form: string, text: string])[];
}

/**
 * The characters of `value`'s base64 that do not depend on what stands around it, for each of the three places that
 * it can begin at within a group of three bytes.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const begin = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(begin, end);
  });
}

/** Parts that give a secret away by themselves: the segments of a token, the lines of a PEM. */
function parts(value: string): string[] {
  // Shorter ones are headers and markers, which stand in harmless places too.
  return value.split(/[.\r\n]+/).filter((part) => part.length >= 20 && !part.startsWith("-----"));
}

function formsOf(value: string): Canary["forms"] {
  const percent = encodeURIComponent(value);
  const json = JSON.stringify(value).slice(1, -1);
  const base64 = base64Forms(value);
  return [
    ["raw", value],
    ["percent-encoded", percent],
    ["percent-encoded", percent.replace(/%[0-9A-F]{2}/g, (triplet) => triplet.toLowerCase())],
    ["JSON-escaped", json],
    ["JSON-escaped twice", JSON.stringify(json).slice(1, -1)],
    ...base64.map((text) => ["base64", text] as const),
    ...base64.map((text) => ["base64url", text.replaceAll("+", "-").replaceAll("/", "_")] as const),
    ...base64.map((text) => ["base64, percent-encoded", encodeURIComponent(text)] as const),
    ...parts(value).map((text) => ["a segment", text] as const),
  ];
}

const canaries: Canary[] = [];
const pending: Observed[] = [];
const sources = new Set<{ label: string; read: () => string }>();

/** Registers a secret that exists already, such as a key made by a test or a minted token. Returns it. */
export function watch(name: string, value: string): string {
  assert.ok(value.length >= 16, `${name} is too short to be told from harmless text.`);
  canaries.push({ name, forms: formsOf(value) });
  return value;
}

/** A new secret-like string, registered: it fails the running test wherever it turns up. */
export function canary(name: string): string {
  return watch(name, `canary-${name}-${randomBytes(18).toString("base64url")}`);
}

/**
 * Adds text to what is swept after the running test. A function is asked after each test from now on; what is
 * returned ends that.
 */
export function observe(label: string, text: string | (() => string)): () => void {
  if (typeof text === "string") {
    pending.push({ label, text });
    return () => undefined;
  }
  const source = { label, read: text };
  sources.add(source);
  return () => {
    // What it holds until now still counts for the running test.
    if (sources.delete(source)) {
      pending.push({ label, text: source.read() });
    }
  };
}

/** Looks for every canary in every form. @throws AssertionError naming canary, form and place, never the secret. */
export function sweep(texts: readonly Observed[]): void {
  const hits = texts.flatMap(({ label, text }) =>
    canaries.flatMap(({ name, forms }) =>
      forms.filter(([, form]) => text.includes(form)).map(([form]) => `"${name}" (${form}) in ${label}`),
    ),
  );
  assert.equal(hits.length, 0, `Secrets leaked: ${[...new Set(hits)].join("; ")}`);
}

/** Sweeps what was observed since the last time, and forgets it. */
export function sweepObserved(): void {
  const texts = [...pending.splice(0), ...[...sources].map(({ label, read }) => ({ label, text: read() }))];
  sweep(texts);
}
