import type { ExecutionArgs, GraphQLError } from "graphql";
import type { ExecutionResult, OperationResult, SubscribePayload } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Grant, Viewer } from "../auth/index.ts";
import { createAfterGate } from "./after-gate.ts";
import { decodeCursor } from "./cursor.ts";
import { POSITION_ALIAS, planSharedDocument, type SharedDocument } from "./shareable-document.ts";
import { createSocketMember, type SocketMember } from "./socket-member.ts";
import {
  createViewerGroup,
  type SharedPayload,
  type SubscribeResult,
  type ViewerGroup,
} from "./viewer-group.ts";

/** The part of graphql-ws's context that is used here. */
interface SocketContext {
  extra: { socket: WebSocket };
}

/** Hooks for graphql-ws's `useServer` over `ws`. */
export interface SharedExecutionHooks {
  /** Called before the server's own. */
  onSubscribe(ctx: SocketContext, id: string, payload: SubscribePayload): void;
  /** Replaces the server's own. */
  subscribe(args: ExecutionArgs): Promise<SubscribeResult>;
  /** For `onError`: the errors to report. */
  errorsOf(errors: readonly GraphQLError[]): readonly GraphQLError[];
}

interface SharedExecutionOptions {
  /**
   * Equal for viewers who may see the same, from the operation's context value; null: never shared. Called
   * after the viewer was authenticated, before it joins.
   */
  viewerKey: (contextValue: unknown) => string | null;
  /**
   * The subscribe message's payload, as passed to `onSubscribe`, from the operation's context value.
   * Identifies the operation. Default: its `params`, set by Yoga.
   */
  payloadOf?: (contextValue: unknown) => unknown;
  /** Executes an operation that is not shared. Default: `rootValue.subscribe`, set by Yoga. */
  subscribe?: (args: ExecutionArgs) => OperationResult;
  /** A socket with more than this to send gets only the newest state once it has drained. Default 64 KiB. */
  maxBufferedBytes?: number;
}

/** For `viewerKey`: access depends on the workspace, and on the key's scopes or the token's videos. */
export const sharingKeyOf = ({ workspaceId, scopes, grant }: Viewer): string =>
  JSON.stringify([workspaceId, [...scopes].sort(), grant && seenBy(grant)]);

const seenBy = (grant: Grant): unknown =>
  grant.kind === "VIEW" ? [grant.kind, [...grant.videoIds].sort()] : [grant.kind, grant.tokenId];

interface Operation {
  ctx: SocketContext;
  id: string;
}

/**
 * Viewers of one video with equal documents share one execution and one serialised payload: with a thousand
 * viewers, a tick costs one execution and a thousand writes. Everything else is executed as before.
 */
export function createSharedExecution(options: SharedExecutionOptions): SharedExecutionHooks {
  const { viewerKey, payloadOf = paramsOf, subscribe = subscribeAtRoot, maxBufferedBytes = 65_536 } = options;
  const groups = new Map<string, ViewerGroup>();
  const operations = new WeakMap<object, Operation>();

  /** The group of this key, and how this member would execute for it. */
  function groupOf(key: string, plan: SharedDocument): ViewerGroup {
    const known = groups.get(key);
    if (known !== undefined) return known;
    const group: ViewerGroup = createViewerGroup({
      serialise: (result) => serialise(result, plan.responseKey),
      onEnd: () => {
        if (groups.get(key) === group) groups.delete(key);
      },
    });
    groups.set(key, group);
    return group;
  }

  async function subscribeShared(args: ExecutionArgs, { ctx, id }: Operation): Promise<SubscribeResult> {
    const execute = async (own: ExecutionArgs): Promise<SubscribeResult> => subscribe(own);
    const plan = planSharedDocument(args.document, args.operationName);
    const viewer = plan && viewerKey(args.contextValue);
    if (plan === null || viewer === null) return execute(args);
    const variables = args.variableValues ?? {};
    const after = plan.afterOf(variables);
    const position = typeof after === "string" ? decodeCursor(after) : undefined;
    // The operation itself reports an invalid cursor.
    if (after !== undefined && after !== null && position === undefined) return execute(args);

    const variableValues = plan.withoutAfter(variables);
    const key = stableJson([viewer, plan.text, args.operationName ?? null, variableValues]);
    const group = groupOf(key, plan);
    const member: SocketMember = createSocketMember({
      socket: ctx.extra.socket,
      operationId: id,
      passes: createAfterGate(position, () => performance.now()),
      maxBufferedBytes,
      latest: () => group.latest,
      leave: (each) => group.leave(each),
    });
    group.join(member, () => execute({ ...args, document: plan.document, variableValues }));
    return (await group.refusal) ?? member;
  }

  return {
    onSubscribe(ctx, id, payload) {
      operations.set(payload, { ctx, id });
    },
    async subscribe(args) {
      const payload = payloadOf(args.contextValue);
      const operation = typeof payload === "object" && payload !== null ? operations.get(payload) : undefined;
      if (operation === undefined) return subscribe(args);
      const result = await subscribeShared(args, operation);
      return Symbol.asyncIterator in result ? result : refuse(result);
    },
    errorsOf: (errors) =>
      errors.flatMap((error) =>
        error.originalError instanceof SubscribeError ? error.originalError.errors : [error],
      ),
  };
}

const paramsOf = (contextValue: unknown): unknown =>
  (contextValue as { params?: unknown } | undefined)?.params;

const subscribeAtRoot = (args: ExecutionArgs): OperationResult =>
  (args.rootValue as { subscribe: (args: ExecutionArgs) => OperationResult }).subscribe(args);

/**
 * Ends an operation with GraphQL errors: graphql-ws reports a stream that throws with an `error` message, and
 * asks `onError` for its content.
 */
class SubscribeError extends Error {
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super("The subscription did not start.");
    this.errors = errors;
  }
}

/** A result instead of a stream: the subscription did not start. */
function refuse({ errors = [], data = null }: ExecutionResult): SubscribeResult {
  if (errors.length === 0) return { data };
  return {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new SubscribeError(errors)) }),
  };
}

/** Removes the position from the result, and serializes the rest as graphql-ws does. */
function serialise(result: ExecutionResult, responseKey: string): SharedPayload {
  const video = result.data?.[responseKey] as Record<string, unknown> | null | undefined;
  const cursor = video?.[POSITION_ALIAS];
  if (video !== undefined && video !== null) delete video[POSITION_ALIAS];
  const { errors, ...rest } = result;
  const json = JSON.stringify({ ...rest, ...(errors === undefined ? {} : { errors }) });
  return { json, position: typeof cursor === "string" ? decodeCursor(cursor) : undefined };
}

/** Equal for equal values, regardless of the order of keys. */
const stableJson = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
