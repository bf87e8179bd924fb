import type {
  CoreInvocationContext,
  FunctionCallback,
  HookData,
  InvocationRequest,
  InvocationResponse,
} from "./core.ts";
import type { Registration, Worker } from "./worker.ts";

/** What the runtime gives to preInvocation hooks; they may replace `inputs` and `functionCallback`. */
interface PreInvocation {
  hookData: HookData;
  appHookData: HookData;
  invocationContext: object;
  functionCallback: FunctionCallback;
  inputs: unknown[];
}

/** What the runtime gives to postInvocation hooks; they may replace `result` and `error`. */
interface PostInvocation {
  hookData: HookData;
  appHookData: HookData;
  invocationContext: object;
  inputs: unknown[];
  result: unknown;
  error: unknown;
}

/** How to bring a result back; differs by trigger. */
export interface InvocationOptions {
  /** Refuses results that the trigger cannot answer with. */
  checkResult?: (result: unknown) => void;
  /** Given to the programming model as the result when the invocation failed, so that it lets go of what it keeps. */
  failedResult?: unknown;
}

/**
 * Runs one function the way the runtime's worker does: arguments, preInvocation hooks, handler, postInvocation hooks,
 * response.
 *
 * @throws whatever the handler, a hook or the conversion of the result throws.
 */
export async function runInvocation(
  worker: Worker,
  { metadata, callback }: Registration,
  request: InvocationRequest,
  options: InvocationOptions = {},
): Promise<InvocationResponse> {
  const model = worker.programmingModel();
  if (model === undefined) {
    throw new Error("The app has set no programming model.");
  }
  const core: CoreInvocationContext = {
    invocationId: request.invocationId,
    request,
    metadata,
    state: undefined,
    log: (level, category, message) =>
      worker.log({
        level,
        category,
        message,
        functionName: metadata.name,
        invocationId: request.invocationId,
      }),
  };
  const invocation = await model.getInvocationModel(core);
  const { context, inputs } = await invocation.getArguments();
  try {
    const shared = { hookData: {}, appHookData: worker.appHookData, invocationContext: context };
    const pre: PreInvocation = { ...shared, functionCallback: callback, inputs };
    core.state = "preInvocationHooks";
    await worker.runHooks("preInvocation", pre);

    const post: PostInvocation = { ...shared, inputs: pre.inputs, result: null, error: null };
    core.state = "invocation";
    try {
      post.result = await invocation.invokeFunction(context, pre.inputs, pre.functionCallback);
    } catch (error) {
      post.error = error;
    }
    core.state = "postInvocationHooks";
    await worker.runHooks("postInvocation", post);
    core.state = undefined;

    // A hook clears an error with null or undefined; anything else that was thrown counts, an Error or not.
    if (post.error !== null && post.error !== undefined) {
      throw post.error;
    }
    options.checkResult?.(post.result);
    return await invocation.getResponse(context, post.result);
  } catch (error) {
    core.state = undefined;
    if (options.failedResult !== undefined) {
      // Fails itself when the response had begun already, which is fine: then nothing is kept.
      await invocation.getResponse(context, options.failedResult).catch(() => undefined);
    }
    throw error;
  }
}
