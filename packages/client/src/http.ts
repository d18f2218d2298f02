/** Queries and mutations by GraphQL over HTTP. https://graphql.github.io/graphql-over-http/ */
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { backoffMs, delay } from "./backoff.ts";
import { type ErrorEntry, isRetriable, ReelayError, toReelayError } from "./errors.ts";

export interface AskOptions {
  signal?: AbortSignal | undefined;
  /** Maximum number of tries for retriable failures. */
  tries?: number;
}

export type Ask = <TData, TVariables>(
  document: TypedDocumentNode<TData, TVariables>,
  variables: TVariables,
  options?: AskOptions,
) => Promise<TData>;

export interface HttpOptions {
  url: string;
  getToken: () => Promise<string | undefined>;
  fetch: typeof globalThis.fetch;
}

/** @throws ReelayError if there is no result, the signal's reason when it aborts. */
export function createAsk({ url, getToken, fetch }: HttpOptions): Ask {
  async function askOnce(body: string, signal: AbortSignal | undefined): Promise<unknown> {
    const token = await getToken();
    const response = await fetch(url, {
      method: "POST",
      headers: {
        accept: "application/graphql-response+json, application/json",
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body,
      signal: signal ?? null,
    });
    const { data, errors } = readAnswer(await response.text(), response.status);
    const [error] = errors ?? [];
    if (error) throw toReelayError(error, response.status);
    return data;
  }

  return async <TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
    { signal, tries = 1 }: AskOptions = {},
  ) => {
    const body = JSON.stringify({ query: print(document), variables });
    for (let failures = 0; ; ) {
      try {
        return (await askOnce(body, signal)) as TData;
      } catch (cause) {
        signal?.throwIfAborted();
        const error = cause instanceof ReelayError ? cause : unreachable(url, cause);
        failures += 1;
        if (!isRetriable(error) || failures >= tries) throw error;
        await delay(backoffMs(failures - 1, error.retryAfterMs), signal);
      }
    }
  };
}

interface Answer {
  data?: unknown;
  errors?: ErrorEntry[];
}

function readAnswer(text: string, status: number): Answer {
  try {
    const answer = JSON.parse(text) as Answer | null;
    if (answer !== null && typeof answer === "object" && ("data" in answer || "errors" in answer))
      return answer;
  } catch {
    // Reported below.
  }
  throw new ReelayError(
    `HTTP_${status}`,
    `The answer (HTTP ${status}) is not a GraphQL result: ${text.slice(0, 200) || "it is empty"}. Check the URL of the API.`,
    { status, isRetriable: status === 502 || status === 503 || status === 504 },
  );
}

const unreachable = (url: string, cause: unknown) =>
  new ReelayError("NETWORK_ERROR", `${url} cannot be reached.`, { isRetriable: true, cause });
