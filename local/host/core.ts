/**
 * The part of `@azure/functions-core` that the library and this host use. The module exists only inside the Functions
 * runtime and has no package, so its shapes are written down here; they follow the runtime's RPC messages.
 */

export type LogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical" | "none";
export type LogCategory = "user" | "system" | "customMetric";

/** A value on its way between host and function: exactly one member is set. */
export interface TypedData {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number | string;
  double?: number;
  http?: object;
}

export interface BindingInfo {
  type?: string;
  direction?: string;
  [setting: string]: unknown;
}

export interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, BindingInfo>;
}

export type FunctionCallback = (...inputs: unknown[]) => unknown;

export interface InvocationRequest {
  invocationId: string;
  functionId: string;
  inputData: { name: string; data: TypedData }[];
  triggerMetadata: Record<string, TypedData>;
  traceContext?: { traceParent: string; traceState: string; attributes: Record<string, string> };
}

export interface InvocationResponse {
  invocationId?: string;
  returnValue?: TypedData | null;
  outputData?: { name: string; data: TypedData }[];
}

export type InvocationState = "preInvocationHooks" | "invocation" | "postInvocationHooks";

export interface CoreInvocationContext {
  invocationId: string;
  request: InvocationRequest;
  metadata: FunctionMetadata;
  state: InvocationState | undefined;
  log(level: LogLevel, category: LogCategory, message: string): void;
}

/** One invocation, as the programming model carries it out. `context` is the handler's InvocationContext. */
export interface InvocationModel {
  getArguments(): Promise<{ context: object; inputs: unknown[] }>;
  invokeFunction(context: object, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: object, result: unknown): Promise<InvocationResponse>;
}

export type Capabilities = Record<string, string>;

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(capabilities: Capabilities): Capabilities | Promise<Capabilities>;
}

export const hookNames = ["appStart", "appTerminate", "preInvocation", "postInvocation", "log"] as const;
export type HookName = (typeof hookNames)[number];
export type HookData = Record<string, unknown>;
export type HookCallback = (context: object) => unknown;

export interface Disposable {
  dispose(): void;
}

/** What `require("@azure/functions-core")` gives. */
export interface CoreApi {
  version: string;
  hostVersion: string;
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable;
  registerHook(name: string, callback: HookCallback): Disposable;
  setProgrammingModel(model: ProgrammingModel): void;
  getProgrammingModel(): ProgrammingModel | undefined;
  log(level: LogLevel, category: LogCategory, message: string): void;
  Disposable: new (onDispose: () => void) => Disposable;
}
