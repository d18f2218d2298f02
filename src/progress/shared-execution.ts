import type { ExecutionArgs, GraphQLError } from "graphql";
import type { ExecutionResult, OperationResult, SubscribePayload } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Grant } from "../auth/grant.ts";
import type { Viewer } from "../auth/viewer.ts";
import { createAfterGate } from "./after-gate.ts";
import { decodeCursor } from "./cursor.ts";
import { planSharedDocument, positionAlias, type SharedDocument } from "./shareable-document.ts";
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
   * The subscribe message's payload, as it was given to `onSubscribe`, from the operation's context value:
   * tells whose operation it is. Default its `params`, where Yoga keeps it.
   */
  payloadOf?: (contextValue: unknown) => unknown;
  /**
   * How an operation is executed when nothing is shared. Default `rootValue.subscribe`, where Yoga's own is
   * handed on.
   */
  subscribe?: (args: ExecutionArgs) => OperationResult;
  /** A socket with more than this to send gets only the newest state once it has drained. Default 64 KiB. */
  maxBufferedBytes?: number;
}

/**
 * For `viewerKey`: what a viewer sees depends on its workspace, and on its scopes or what its token names.
 */
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
    // What is wrong with a cursor, the operation itself tells best.
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

/** Takes the position out of the result, and writes the rest as graphql-ws would. */
function serialise(result: ExecutionResult, responseKey: string): SharedPayload {
  const video = result.data?.[responseKey] as Record<string, unknown> | null | undefined;
  const cursor = video?.[positionAlias];
  if (video !== undefined && video !== null) delete video[positionAlias];
  const { errors, ...rest } = result;
  const json = JSON.stringify({ ...rest, ...(errors === undefined ? {} : { errors }) });
  return { json, position: typeof cursor === "string" ? decodeCursor(cursor) : undefined };
}

/** Equal for equal values, whatever the order of their keys. */
const stableJson = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
