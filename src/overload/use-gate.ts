import type { ExecutionArgs, ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Gate } from "./gate.ts";
import { OverloadedError, toGraphQLError } from "./overloaded-error.ts";

/**
 * Queries and mutations pass the gate one by one, over HTTP and WebSocket alike. Subscriptions do not: they last, and are bounded by
 * their number.
 */
export const useGate = (gate: Gate): Plugin => ({
  onExecute({ executeFn, setExecuteFn }) {
    setExecuteFn(async (args: ExecutionArgs): Promise<ExecutionResult> => {
      const { request } = args.contextValue as { request?: Request };
      try {
        // Whoever hung up while waiting is not worked for.
        return await gate.run(() => (request?.signal.aborted ? {} : executeFn(args)));
      } catch (error) {
        if (error instanceof OverloadedError) return { errors: [toGraphQLError(error)] };
        throw error;
      }
    });
  },
});
