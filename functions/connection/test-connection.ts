import * as Type from "typebox";
import { adjustKinds } from "../adjust/client.ts";
import { appStoreConnectKinds } from "../app-store-connect/client.ts";
import { appStoreServerKinds } from "../app-store-server/credential.ts";
import {
  type Environment,
  environmentOrigins,
  transactionIdNotFound,
} from "../app-store-server/environment.ts";
import type { Credential, CredentialKind, CredentialProblem } from "../credentials/index.ts";
import { RelayError } from "../errors.ts";
import { operation } from "../operation.ts";
import { flag, list, words } from "../schema.ts";
import type { Scope } from "../scope.ts";
import { startDeadline } from "../upstream/deadline.ts";
import { callJson, type JsonCall } from "../upstream/json-call.ts";
import { path } from "../upstream/path.ts";
import { EventReadiness, eventReadiness } from "./event-sources.ts";
import { explain } from "./hints.ts";

/** One credential at one service, for one app where the service asks for one. */
const Reach = Type.Object(
  {
    service: words("Service", "Service that was asked: app-store-connect, app-store-server or adjust."),
    credential: words("Credential", "Name of the credential; none where the service has no usable one."),
    bundleId: Type.Optional(words("Bundle ID", "App that was asked for, at the App Store Server API.")),
    environment: Type.Optional(words("Environment", "Environment that accepted the credential.")),
    reachable: flag("Reachable", "Whether the service answers with this credential."),
    message: words("Message", "What was found."),
    hint: Type.Optional(words("Hint", "What to do about it.")),
  },
  { title: "Reachability" },
);

const Problem = Type.Object(
  {
    name: words("Name", "Name of the secret or key in the vault."),
    message: words("Message", "What is wrong."),
    hint: words("Hint", "What to do about it."),
  },
  { title: "Credential problem" },
);

type Reached = Type.Static<typeof Reach>;

/** Calls under way at once, and the time that each gets: a test of twenty credentials still ends within the deadline. */
const callsAtOnce = 8;
const callMs = 20_000;

/** Apps of one credential that are tried: what is true of five is true of all, and Apple limits the calls. */
const appsTried = 5;

export const testConnection = operation({
  id: "TestConnection",
  summary: "Test the connection",
  description:
    "Tells which services can be reached with which credentials, and what to do about each that cannot. Nothing is changed anywhere. S2S tokens of Adjust are not tried: every call with one leaves an event or an erasure behind. Of events that services send in, it tells whether what they need is there.",
  method: "GET",
  route: "connection",
  input: {},
  output: Type.Object({
    ok: flag(
      "OK",
      "Whether there is a credential, every credential works, and no problem keeps one from working. Services without a credential do not count.",
    ),
    services: list(
      "Services",
      "Each credential at its service, and each service without a credential.",
      Reach,
    ),
    events: list(
      "Events",
      "Each service that sends events in, and whether its events can come in. They do not count for OK.",
      EventReadiness,
    ),
    problems: list("Problems", "What is wrong with the content of the vault.", Problem),
  }),
  async run(_input, scope) {
    const [credentials, problems] = await Promise.all([
      scope.credentials.list(scope.deadline.signal),
      scope.credentials.problems(scope.deadline.signal),
    ]);
    const blocking = new Map(
      problems.filter(({ blocks }) => blocks).map((problem) => [problem.name, problem]),
    );
    const checks = credentials.flatMap((credential) =>
      checksOf({ scope, credential, problem: blocking.get(credential.name) }),
    );
    const readiness = eventReadiness(
      scope,
      credentials.filter(({ name }) => !blocking.has(name)),
    );
    const services: Reached[] = [];
    const queue = checks.entries();
    const [events] = await Promise.all([
      readiness,
      ...Array.from({ length: callsAtOnce }, async () => {
        for (const [index, check] of queue) services[index] = await check();
      }),
    ]);
    return {
      ok: credentials.length > 0 && services.every(({ reachable }) => reachable) && blocking.size === 0,
      services: [...services, ...servicesWithout(credentials)],
      events,
      problems: problems.map(({ name, message, hint }) => ({ name, message, hint })),
    };
  },
});

const kindsOf: Readonly<Record<string, readonly CredentialKind[]>> = {
  "app-store-connect": appStoreConnectKinds,
  "app-store-server": appStoreServerKinds,
  adjust: adjustKinds,
};

/** Nothing is wrong with a service that no flow needs, but that it cannot be reached should be no surprise. */
function servicesWithout(credentials: readonly Credential[]): Reached[] {
  return Object.entries(kindsOf)
    .filter(([, kinds]) => !credentials.some(({ kind }) => kinds.includes(kind)))
    .map(([service]) => ({
      service,
      credential: "none",
      reachable: false,
      message: "No usable credential for this service.",
      hint: "Add one when flows need the service: npm run credential -- add --help.",
    }));
}

/** A credential to be tried, and what is known to be wrong with it. */
interface Trial {
  scope: Scope;
  credential: Credential;
  problem: CredentialProblem | undefined;
}

function checksOf(trial: Trial): (() => Promise<Reached>)[] {
  const { credential } = trial;
  const serves = (kinds: readonly CredentialKind[]) => kinds.includes(credential.kind);
  if (serves(appStoreConnectKinds)) {
    return [() => check(trial, { service: "app-store-connect" }, appStoreConnectProbe)];
  }
  if (serves(adjustKinds)) return [() => check(trial, { service: "adjust" }, adjustProbe)];
  if (!serves(appStoreServerKinds)) return [];
  return credential.bundleIds.slice(0, appsTried).map((bundleId) => () => checkApp(trial, bundleId));
}

type Probe = Pick<JsonCall, "origin" | "path" | "query" | "audience">;

const appStoreConnectProbe: Probe = {
  origin: "app-store-connect",
  path: path`/v1/apps`,
  query: [["limit", "1"]],
};
const adjustProbe: Probe = { origin: "adjust", path: path`/app-automation/apps/list` };

/** A transaction that no customer has: Apple says so only to a caller whose token it accepts. */
const noTransaction = path`/inApps/v1/transactions/1`;

async function checkApp(trial: Trial, bundleId: string): Promise<Reached> {
  const ask = (environment: Environment) =>
    check(
      trial,
      { service: "app-store-server", bundleId, environment },
      {
        origin: environmentOrigins[environment],
        path: noTransaction,
        audience: { bundleId },
      },
    );
  const production = await ask("Production");
  if (production.reachable) return production;
  // Production refuses every token of an app that was never released; the sandbox knows it from the first build on.
  const sandbox = await ask("Sandbox");
  return sandbox.reachable
    ? {
        ...sandbox,
        message:
          "The sandbox accepts the credential; production does not, as for an app that was never released.",
      }
    : production;
}

async function check(
  { scope, credential: { name, kind }, problem }: Trial,
  facts: { service: string; bundleId?: string; environment?: Environment },
  probe: Probe,
): Promise<Reached> {
  const { environment, ...place } = facts;
  const deadline = startDeadline(scope.runtime, Math.min(callMs, scope.deadline.left()));
  const works = (): Reached => ({
    ...place,
    credential: name,
    reachable: true,
    message: "The service answers.",
    ...(environment && { environment }),
  });
  try {
    const credential = await scope.credentials.choose(
      { kinds: [kind], name, ...(facts.bundleId !== undefined && { bundleId: facts.bundleId }) },
      deadline.signal,
    );
    await callJson(scope.upstream, scope.runtime.now, { ...probe, method: "GET", credential, deadline });
    return works();
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    if (error.upstream?.code === transactionIdNotFound) return works();
    return {
      ...place,
      credential: name,
      reachable: false,
      ...explain(error, kind, problem),
    };
  } finally {
    deadline.clear();
  }
}
