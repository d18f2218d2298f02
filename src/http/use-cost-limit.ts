import { type ExecutionArgs, GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { type CostedRequest, documentCost } from "./document-cost.ts";
import { limits } from "./limits.ts";

/** Empty if the operation may run, otherwise the error with the reason (`DOCUMENT_TOO_COSTLY`). */
export function costErrors(request: CostedRequest): GraphQLError[] {
  const cost = Math.ceil(documentCost(request));
  if (cost <= limits.cost) return [];
  return [
    new GraphQLError(
      `The operation costs ${cost}; the limit is ${limits.cost}. Request smaller pages or fewer nested lists.`,
      { extensions: { code: "DOCUMENT_TOO_COSTLY", http: { status: 400, spec: true } } },
    ),
  ];
}

/**
 * Limits the cost before execution rather than in validation, which does not know variables and caches
 * results by document.
 */
export const useCostLimit = (): Plugin => {
  const errorsOf = ({ schema, document, operationName, variableValues }: ExecutionArgs) =>
    costErrors({
      schema,
      document,
      operationName,
      variables: variableValues,
    });
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const errors = errorsOf(args);
      if (errors.length > 0) setResultAndStopExecution({ errors });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const errors = errorsOf(args);
      if (errors.length > 0) setResultAndStopExecution({ errors });
    },
  };
};
