/** What an operation's upstream URLs look like, learnt from calls that go through, and the check of all others by it. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import type { Operation } from "../../functions/operation.ts";
import type { Attempt, Client } from "../../functions/upstream/client.ts";
import {
  candidates,
  findExample,
  goesThrough,
  type Parameter,
  parametersOf,
  toFacts,
  type Values,
} from "./catalogue.ts";
import type { CallFacts, Relay } from "./relay.ts";

/** A client that notes what it is to send and answers that there is no such thing. */
export function recordingClient(): { client: Client; attempts: Attempt[] } {
  const attempts: Attempt[] = [];
  return {
    attempts,
    client: async (attempt) => {
      attempts.push(attempt);
      return { status: 404, headers: {}, body: Readable.from([]) };
    },
  };
}

/** Where a parameter's text stands in the URL. */
interface Spot {
  /** Indices of path segments, or the path as a whole. */
  path: readonly number[] | "whole";
  /** Names of query parameters, or each name and value of an object. */
  query: readonly string[] | "pairs";
  /** A query parameter whose value holds the text between two others, as a period holds its days. */
  within?: { name: string; before: string; after: string };
  /** Names of query parameters that are the text: the caller chooses what a value is. */
  names: readonly string[];
}

/** An operation under attack at one parameter: a call that goes through, and the URL that it leads to. */
export interface Target {
  operation: Operation;
  parameter: Parameter;
  /** Values that go through. */
  values: Values;
  /** Absent: the operation calls no upstream. */
  url: URL | undefined;
  /** Where the same call leads without the parameter, which is what an empty one means; absent: it is refused. */
  without: URL | undefined;
  /** Cursors that the service gave out: a look-up goes on with them, whatever the caller sends. */
  cursors: readonly string[];
  /**
   * Every URL that was asked for while this was learnt: what a call that goes on after its first request may ask for.
   * What several calls share is in the URLs of the first of them alone.
   */
  later: readonly URL[];
  /** Origins that calls of the operation lead to: two where the environment is found out. */
  origins: readonly string[];
  spot: Spot;
}

/** The URLs that the simulator was called at, oldest first. */
export function sentTo({ simulator }: Relay): string[] {
  return simulator.requests.map(({ service, url }) => simulator.urls[service] + url);
}

/** One target for each parameter of an operation. @param sent the upstream URLs so far. */
export async function findTargets(
  operation: Operation,
  call: (facts: CallFacts) => ReturnType<Relay["call"]>,
  sent: () => readonly string[],
): Promise<Target[]> {
  const targets: Target[] = [];
  const origins = new Set<string>();
  for (const parameter of parametersOf(operation)) {
    const values = await distinct(
      parameter,
      await findExample(operation, call, [parameter.name]),
      (changed) => call(toFacts(operation, changed)),
    );
    const urlsOf = async (some: Values) => {
      const before = sent().length;
      await call(toFacts(operation, some));
      return sent()
        .slice(before)
        .map((text) => new URL(text));
    };
    const urls = await urlsOf(values);
    const [url] = urls;
    const withouts = parameter.required
      ? []
      : await urlsOf(new Map([...values].filter(([name]) => name !== parameter.name)));
    const [without] = withouts;
    // Another value of the same form may lead a call further: a territory that is not the base one has its prices read.
    if (parameter.rules.pattern !== undefined) {
      for (const other of candidates(parameter)) await urlsOf(new Map([...values, [parameter.name, other]]));
    }
    const cursors = [...urls.slice(1), ...withouts.slice(1)].flatMap((later) =>
      later.searchParams.getAll("cursor"),
    );
    for (const { origin } of urls) origins.add(origin);
    const spot = url ? spotOf(url, values.get(parameter.name), without) : nowhere;
    targets.push({
      operation,
      parameter,
      values,
      url,
      without,
      cursors,
      later: [],
      origins: [],
      spot,
    });
  }
  const later = sent().map((text) => new URL(text));
  return targets.map((target) => ({ ...target, later, origins: [...origins] }));
}

/** The same values, but that of the parameter is no other's, so that it is found in the URL where it stands. */
async function distinct(
  { name, ...parameter }: Parameter,
  values: Values,
  probe: (values: Values) => ReturnType<Relay["call"]>,
): Promise<Values> {
  const others = [...values].flatMap(([other, value]) => (other === name ? [] : [value]));
  if (!others.includes(values.get(name))) return values;
  for (const candidate of candidates(parameter)) {
    const changed = new Map([...values, [name, candidate]]);
    if (!others.includes(candidate) && goesThrough(await probe(changed))) return changed;
  }
  // Several fields of a body may take yes and no alone, or the one UUID: bodies go on as bodies.
  if (parameter.place === "body") return values;
  throw new Error(`There is no value for ${name} that no other parameter has.`);
}

const nowhere: Spot = { path: [], query: [], names: [] };

/** @param without where the call leads without the parameter: what stands there is not its own, were it the same text. */
function spotOf(url: URL, value: unknown, without: URL | undefined): Spot {
  const own = (name: string, said: string) => without?.searchParams.get(name) !== said;
  const pairs = [...url.searchParams].filter(([name, said]) => own(name, said));
  if (typeof value === "object" && value !== null) {
    const [first] = Object.entries(value);
    const passed =
      first !== undefined && pairs.some(([name, text]) => name === first[0] && text === first[1]);
    return { path: [], query: passed ? "pairs" : [], names: [] };
  }
  const text = String(value);
  const segments = url.pathname
    .split("/")
    .flatMap((segment, index) => (segment === encodeURIComponent(text) ? [index] : []));
  const query = pairs.flatMap(([name, said]) => (isCarriedAs(text, said) ? [name] : []));
  const holder = query.length > 0 ? undefined : pairs.find(([, said]) => said.includes(text));
  const at = holder?.[1].indexOf(text) ?? 0;
  return {
    path: text.includes("/") && url.pathname === `/${text}` ? "whole" : segments,
    query,
    names: pairs.flatMap(([name]) => (name === text ? [name] : [])),
    ...(holder && {
      within: {
        name: holder[0],
        before: holder[1].slice(0, at),
        after: holder[1].slice(at + text.length),
      },
    }),
  };
}

/** A path that can be read in one way only. */
const plainPath = /^(\/(?!\.+(\/|$))[A-Za-z0-9._~:=,+-]+)+$/;

/** The URL with the caller's text in place of the names that it stood for. */
function renamed(url: URL, names: readonly string[], text: unknown): URL {
  if (names.length === 0) return url;
  const copy = new URL(url);
  copy.search = "";
  for (const [name, value] of url.searchParams) {
    copy.searchParams.append(names.includes(name) ? String(text) : name, value);
  }
  return copy;
}

/**
 * The one rule: what is sent upstream has the very origin and path of the operation, with the caller's text as one
 * encoded segment, as a value of the query or as a name of it, and nowhere else.
 *
 * @param text what the caller sent for the parameter; an object for one that takes names and values.
 * @param follows it is not the first request of the call: it may lead where calls of the operation go on to.
 */
export function assertFits(
  target: Target,
  text: unknown,
  sent: string,
  origins: readonly string[],
  follows = false,
): void {
  const { parameter, operation } = target;
  // What was left empty counts as absent: the URL is that of a call without it.
  const absent = text === "" && operation.kind === "typed" && target.without !== undefined;
  const spot = absent ? nowhere : target.spot;
  const learnt = absent ? target.without : target.url;
  const label = `${operation.id} ${parameter.name} = ${JSON.stringify(text)} sent ${sent}`;
  assert.ok(learnt, `${label}, though the operation calls no upstream.`);
  const known = renamed(learnt, spot.names, text);
  const url = new URL(sent);
  assert.equal(url.href, sent, `${label}, which parses to something else.`);
  assert.ok(origins.includes(url.origin), `${label}: another origin.`);
  // Only a choice may decide between origins: that of the environment.
  if (parameter.rules.enum === undefined && parameter.name !== "environment")
    assert.ok(target.origins.includes(url.origin), label);
  assert.equal(url.username + url.password + url.hash, "", label);

  const segments = known.pathname.split("/");
  if (spot.path !== "whole")
    for (const index of spot.path) segments[index] = encodeURIComponent(String(text));
  const pathname = segments.join("/");
  // The same may be asked for twice: an ID that production does not know, in the sandbox.
  if (follows && url.pathname !== known.pathname && url.pathname !== pathname) {
    assertFollows(target, text, url, label);
    return;
  }
  if (spot.path === "whole") {
    assert.equal(url.pathname, `/${String(text).replace(/^\//, "")}`, label);
    assert.match(url.pathname, plainPath, label);
  } else {
    assert.equal(url.pathname, pathname, label);
    assert.ok(!url.pathname.split("/").some((segment) => /^\.+$/.test(segment)), label);
  }

  if (spot.query === "pairs") {
    // What was left empty counts as absent here too.
    const given = Object.entries(text ?? {}).filter(([, value]) => value !== "");
    const expected = given.map(([name, value]) => [name, String(value)]);
    const learnt = Object.keys(Object(target.values.get(parameter.name)));
    const others = [...known.searchParams].filter(([name]) => !learnt.includes(name));
    assert.deepEqual([...url.searchParams], [...others, ...expected], label);
    return;
  }
  for (const [name, value] of url.searchParams) {
    if (name === "cursor" && target.cursors.includes(value)) continue;
    const all = url.searchParams.getAll(name);
    if (name === spot.within?.name) {
      const { before, after } = spot.within;
      // A number is written anew: 007 becomes 7.
      const written = parameter.rules.type === "integer" ? String(Number(text)) : String(text);
      assert.equal(value, `${before}${written}${after}`, label);
    } else if (!spot.query.includes(name)) {
      // The first page of a list is asked for without what leads on to the next ones.
      if (parameter.name === "cursor" && isSame(parameter, text, value)) continue;
      // A text of another kind may be asked for by another name: an app by its Apple ID in place of its bundle ID.
      const another: boolean = spot.query.length > 0 && !known.searchParams.has(name);
      assert.equal(value, another ? String(text) : known.searchParams.get(name), label);
    }
    // A list with commas repeats its name, once an item.
    else if (all.length > 1) assert.equal(all.join(), String(text).replace(/ *, */g, ","), label);
    else assert.ok(isSame(parameter, text, value), label);
  }
}

/** A cursor of the simulator's: the service gave it out, since no text that is sent has this form. */
const serviceCursor = /^AQ\.[A-Za-z0-9_-]+$/;

/**
 * A further request of a call goes to a path that was learnt, since it holds nothing but IDs that the service gave
 * out, and each value of its query is one that was learnt there, or the caller's whole text in a filter or in the
 * parameter of the same name.
 */
function assertFollows({ later, parameter }: Target, text: unknown, url: URL, label: string): void {
  const learnt = later.filter(({ pathname }) => pathname === url.pathname);
  assert.ok(learnt.length > 0, `${label}: a path that no call leads to.`);
  for (const [name, value] of url.searchParams) {
    const known = learnt.some(({ searchParams }) => searchParams.get(name) === value);
    const takes = name.startsWith("filter[") || name === parameter.name;
    const given = takes && isSame(parameter, text, value);
    const goesOn = name === "cursor" && serviceCursor.test(value);
    assert.ok(known || given || goesOn, `${label}: ${name} is ${value}.`);
  }
}

/**
 * Whether a value of the query is a text, or what the App Store Server API is given for it: a time in milliseconds, and of
 * a place in a list what Apple gave out for it, without our one or two numbers before it.
 */
function isCarriedAs(text: string, sent: string): boolean {
  if (sent === text) return true;
  if ([/^\d{0,20}_(.+)$/s, /^\d{0,20}_\d{0,20}_(.+)$/s].some((form) => form.exec(text)?.[1] === sent))
    return true;
  return /^\d{4}-\d\d-\d\d/.test(text) && /^-?\d+$/.test(sent) && Date.parse(text) === Number(sent);
}

/** The same value, in the spelling that the operation's schema allows for it. */
function isSame({ name, rules }: Parameter, given: unknown, sent: string): boolean {
  if ((name === "cursor" || rules.format === "date-time") && isCarriedAs(String(given), sent)) return true;
  if (rules.type === "integer" || rules.type === "number") return Number(given) === Number(sent);
  if (rules.anyCase) return String(given).toLowerCase() === sent.toLowerCase();
  return String(given) === sent;
}
