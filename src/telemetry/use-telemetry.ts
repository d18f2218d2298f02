import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { inSpan, traceFrom } from "@reelay/telemetry";
import { type DocumentNode, type ExecutionResult, getOperationAST } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Metrics } from "./metrics.ts";

type OperationType = Parameters<Metrics["graphqlAnswered"]>[0];

/**
 * Counts and times GraphQL operations, over HTTP and WebSocket alike, and wraps each query and mutation in a
 * span: work that they enqueue continues in its trace, and a `traceparent` header is continued. Subscriptions
 * are only counted: a span of several hours is useless.
 */
export function useTelemetry(metrics: Partial<Pick<Metrics, "graphqlAnswered" | "requestShed">>): Plugin {
  const count = (type: OperationType, isOk: boolean, startedAt = performance.now()) =>
    metrics.graphqlAnswered?.(type, isOk, (performance.now() - startedAt) / 1_000);
  return {
    onParse:
      () =>
      ({ result }) => {
        if (result instanceof Error) count("invalid", false);
      },
    onValidate:
      ({ params }) =>
      ({ valid }) => {
        if (!valid) count(typeOf(params.documentAST), false);
      },
    onExecute({ args, executeFn, setExecuteFn }) {
      const startedAt = performance.now();
      const type = typeOf(args.document, args.operationName);
      const name = nameOf(args.document, args.operationName);
      const { request } = args.contextValue as { request?: Request };
      setExecuteFn((given) =>
        inSpan(
          "reelay-api",
          type,
          {
            kind: SpanKind.SERVER,
            parent: traceFrom({
              traceparent: request?.headers.get("traceparent") ?? null,
              tracestate: request?.headers.get("tracestate") ?? null,
            }),
            attributes: {
              "graphql.operation.type": type,
              ...(name !== undefined && { "graphql.operation.name": name }),
            },
          },
          async (span) => {
            const result = (await executeFn(given)) as ExecutionResult;
            const [error] = result.errors ?? [];
            count(type, error === undefined, startedAt);
            if (error !== undefined) {
              span.setStatus({ code: SpanStatusCode.ERROR });
              const { code } = error.extensions;
              if (code === "OVERLOADED") metrics.requestShed?.("operation");
              span.setAttribute("error.type", typeof code === "string" ? code : "GRAPHQL_ERROR");
            }
            return result;
          },
        ),
      );
    },
    onSubscribe: () => ({
      onSubscribeResult: ({ result }) => count("subscription", Symbol.asyncIterator in result),
    }),
  };
}

const operationOf = (document: DocumentNode, name?: string | null) => getOperationAST(document, name);

const typeOf = (document: DocumentNode, name?: string | null): OperationType =>
  operationOf(document, name)?.operation ?? "invalid";

const nameOf = (document: DocumentNode, name?: string | null): string | undefined =>
  operationOf(document, name)?.name?.value;
