/** Requests to a provider's HTTP API with a key of the operator's account. */
import type { z } from "zod";
import {
  askProvider,
  type ProviderAnswer,
  type ProviderRequest,
  parseAnswer,
  parseRetryAfter,
} from "./ask-provider.ts";
import { LaunchError, type LaunchErrorCode } from "./launch-error.ts";

const codes: Readonly<Record<number, LaunchErrorCode>> = {
  401: "CREDENTIALS",
  402: "INSUFFICIENT_CREDIT",
  403: "CREDENTIALS",
  404: "NOT_FOUND",
  429: "RATE_LIMITED",
};

/**
 * What a status means by itself. Outside of 400–499 it leaves open whether a machine started. Pure.
 */
export const codeOfStatus = (status: number): LaunchErrorCode =>
  codes[status] ?? (status >= 400 && status < 500 ? "INVALID_REQUEST" : "UNAVAILABLE");

export interface KeyedRequest extends Pick<ProviderRequest, "method" | "body"> {
  /** Below the API's address, with the query. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** Values that no error may show, beside the key. */
  secrets?: readonly string[];
}

/** Asks, and checks the answer by its schema. Throws `LaunchError`. */
export type AskKeyed = <Schema extends z.ZodType>(
  request: KeyedRequest,
  schema: Schema,
  signal: AbortSignal,
) => Promise<z.output<Schema>>;

interface KeyedApi {
  /** Of the provider, for errors. */
  name: string;
  /** Address, without a slash at its end. */
  base: string;
  key: string;
  timeoutSeconds: number;
  /** Why the provider refused. `said` is empty if the answer has no text of a known shape. */
  explain: (answer: Pick<ProviderAnswer, "status" | "json">) => { code: LaunchErrorCode; said: string };
}

export const openKeyedApi =
  ({ name, base, key, timeoutSeconds, explain }: KeyedApi): AskKeyed =>
  async ({ method, path, headers: more, body, secrets: hidden = [] }, schema, signal) => {
    const secrets = [key, ...hidden];
    const headers = { authorization: `Bearer ${key}`, ...more };
    const request = { method, url: `${base}${path}`, headers, body, secrets, timeoutSeconds };
    const answer = await askProvider(request, signal);
    const { what, status, text } = answer;
    if (status >= 200 && status < 300) return parseAnswer(answer, schema, secrets);
    const { code, said } = explain(answer);
    throw new LaunchError(code, `${what}: ${name} refused with ${status}`, {
      ...{ said: said || text || undefined, secrets },
      retryAfterMs: parseRetryAfter(answer.headers.get("retry-after"), new Date()),
    });
  };

/** Resolves also if the provider does not know what it was asked about any more. */
export async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof LaunchError && error.code === "NOT_FOUND")) throw error;
  }
}
