import type { BindingInfo } from "./core.ts";
import type { Registration } from "./worker.ts";

export type AuthLevel = "anonymous" | "function" | "admin";

interface FunctionFacts {
  name: string;
  /** Switched off by the setting `AzureWebJobs.<name>.Disabled`. */
  disabled: boolean;
}

/** A function with an HTTP trigger. */
export interface HttpFunction extends FunctionFacts {
  trigger: "http";
  methods: readonly string[];
  /** Route template without the prefix. */
  route: string;
  authLevel: AuthLevel;
}

/** A function without requests: its trigger starts it, or `invoke`. */
export interface TriggeredFunction extends FunctionFacts {
  /** The trigger's type without its ending: `queue`, `timer`, … */
  trigger: "queue" | "timer" | "other";
  /** The trigger's settings as registered, such as `queueName` or `schedule`. */
  binding: Readonly<BindingInfo>;
}

export type RegisteredFunction = HttpFunction | TriggeredFunction;

/** Name and settings of the binding that starts a function. @throws Error when there is none. */
export function triggerOf({ metadata }: Registration): { name: string; binding: BindingInfo } {
  const found = Object.entries(metadata.bindings).find(([, binding]) => /trigger$/i.test(binding.type ?? ""));
  if (found === undefined) {
    throw new Error(`${metadata.name} has no trigger.`);
  }
  return { name: found[0], binding: found[1] };
}

/**
 * Whether a setting switches the function off. The Functions host knows two spellings, the second for systems whose
 * variable names cannot have dots, and takes `true` in any case or `1`. Setting names are compared without case.
 */
function isDisabled(name: string, env: NodeJS.ProcessEnv): boolean {
  const settings = [`AzureWebJobs.${name}.Disabled`, `AzureWebJobs_${name}_Disabled`].map((setting) =>
    setting.toLowerCase(),
  );
  return Object.entries(env).some(
    ([setting, value]) => settings.includes(setting.toLowerCase()) && /^(true|1)$/i.test(value ?? ""),
  );
}

function authLevelOf(name: string, level: unknown): AuthLevel {
  // What is not said is anonymous, in the library as in the host.
  if (level === undefined) {
    return "anonymous";
  }
  if (level === "anonymous" || level === "function" || level === "admin") {
    return level;
  }
  throw new Error(`${name} has an authLevel other than anonymous, function or admin.`);
}

// The Functions host's own rule for names.
const nameForm = /^(?!host$)[a-z][a-z0-9_-]{0,127}$/i;

/** A registration as this host lists it. @throws Error when the Functions host would not take it. */
export function describeFunction(registration: Registration, env: NodeJS.ProcessEnv): RegisteredFunction {
  const { name } = registration.metadata;
  if (!nameForm.test(name)) {
    throw new Error(
      `"${name}" is no name for a function: a letter, then letters, digits, "_" and "-", 128 characters at most.`,
    );
  }
  const { binding } = triggerOf(registration);
  const disabled = isDisabled(name, env);
  const kind = binding.type?.replace(/trigger$/i, "").toLowerCase();
  if (kind !== "http") {
    return { name, disabled, trigger: kind === "queue" || kind === "timer" ? kind : "other", binding };
  }
  const { methods, route, authLevel } = binding;
  return {
    name,
    disabled,
    trigger: "http",
    methods: Array.isArray(methods) ? methods.map((method) => String(method).toUpperCase()) : [],
    route: typeof route === "string" && route.trim() !== "" ? route : name,
    authLevel: authLevelOf(name, authLevel),
  };
}
