import { type ExecutionArgs, type ExecutionResult, getOperationAST, OperationTypeNode } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Gate } from "./gate.ts";
import { OverloadedError, toGraphQLError } from "./overloaded-error.ts";
import { tooSlow } from "./too-slow.ts";

/**
 * Queries and mutations pass the gate individually, over HTTP and WebSocket alike. Subscriptions do not: they
 * are long-lived and limited by their number. A query has a deadline from its admission and keeps its slot
 * until its work has really ended. A mutation has none: its transactions limit it, and an answer before their
 * end would be useless.
 */
export const useGate = (gate: Gate, deadlineMs: number): Plugin => ({
  onExecute({ executeFn, setExecuteFn }) {
    setExecuteFn(async (args: ExecutionArgs): Promise<ExecutionResult> => {
      const { request } = args.contextValue as { request?: Request };
      const isQuery =
        getOperationAST(args.document, args.operationName)?.operation === OperationTypeNode.QUERY;
      try {
        return await withDeadline<ExecutionResult>(
          deadlineMs,
          () => ({ errors: [tooSlow(deadlineMs)] }),
          (begin) =>
            gate.run(() => {
              if (isQuery) begin();
              // A client that hung up while it waited is not worked for.
              return request?.signal.aborted ? {} : executeFn(args);
            }),
        );
      } catch (error) {
        if (error instanceof OverloadedError) return { errors: [toGraphQLError(error)] };
        throw error;
      }
    });
  },
});

/**
 * Resolves to `late()` if `work` is not done `limitMs` after it called `begin`. The work itself continues.
 */
async function withDeadline<T>(
  limitMs: number,
  late: () => T,
  work: (begin: () => void) => Promise<T>,
): Promise<T> {
  const { promise: missed, resolve } = Promise.withResolvers<T>();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => resolve(late()), limitMs);
  };
  try {
    return await Promise.race([work(begin), missed]);
  } finally {
    clearTimeout(timer);
  }
}
