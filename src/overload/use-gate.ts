import { type ExecutionArgs, type ExecutionResult, getOperationAST, OperationTypeNode } from "graphql";
import type { Plugin } from "graphql-yoga";
import { withDeadline } from "./deadline.ts";
import type { Gate } from "./gate.ts";
import { OverloadedError, toGraphQLError } from "./overloaded-error.ts";
import { tooSlow } from "./too-slow.ts";

/**
 * Queries and mutations pass the gate one by one, over HTTP and WebSocket alike. Subscriptions do not: they last, and are bounded by
 * their number. A query has a deadline from when it has entered; it keeps its place until its work has really ended. A mutation has none:
 * what it does is bounded by its transactions, and an answer before their end would be worth nothing.
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
