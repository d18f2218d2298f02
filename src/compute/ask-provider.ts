/** Requests to providers over HTTP. */
import { toSentence } from "@reelay/process";
import type { z } from "zod";
import { LaunchError } from "./launch-error.ts";

/** Largest answer that is read, in bytes. */
const MAX_ANSWER_BYTES = 20_000_000;

export interface ProviderRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** With the query. Errors show it without the query. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: object | undefined;
  /** Values that no error may show. */
  secrets: readonly string[];
  timeoutSeconds: number;
}

export interface ProviderAnswer {
  /** The request, for errors: `GET https://…`. */
  what: string;
  status: number;
  headers: Headers;
  text: string;
  /** Parsed JSON; undefined if there is none. */
  json: unknown;
}

/**
 * The answer, whatever its status. Redirects are not followed: the key is for this server only. Throws
 * `LaunchError` (`UNAVAILABLE`) if no answer comes in time, or one of more than 20 MB.
 */
export async function askProvider(
  { method, url, headers, body, secrets, timeoutSeconds }: ProviderRequest,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  const what = `${method} ${url.replace(/\?.*$/s, "")}`;
  const timeout = AbortSignal.timeout(timeoutSeconds * 1_000);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...{ accept: "application/json", ...headers },
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout]),
    });
    const text = await readShort(response);
    return { what, status: response.status, headers: response.headers, text, json: parseJson(text) };
  } catch (error) {
    if (signal.aborted) throw givenUp(what);
    if (timeout.aborted)
      throw new LaunchError("UNAVAILABLE", `${what}: no answer within ${timeoutSeconds} s`);
    throw new LaunchError("UNAVAILABLE", `${what}: no answer`, { said: reasonOf(error), secrets });
  }
}

/**
 * An answer of the provider as its schema says. Throws `LaunchError` (`UNAVAILABLE`) with the first
 * difference if it has another shape. Pure.
 */
export function parseAnswer<Schema extends z.ZodType>(
  { what, json }: Pick<ProviderAnswer, "what" | "json">,
  schema: Schema,
  secrets: readonly string[],
): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LaunchError("UNAVAILABLE", `${what}: the answer is not as expected`, {
    said: `${issue?.path.join(".")}: ${issue?.message}`,
    secrets,
  });
}

export const givenUp = (what: string): LaunchError =>
  new LaunchError("UNAVAILABLE", `${what}: the request was given up`);

/** `Retry-After` in seconds or as a date, at most a day. Pure. */
export function parseRetryAfter(header: string | null, now: Date): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now.getTime() : seconds * 1_000;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), 86_400_000);
}

/** Whether keys may be sent there: over TLS, or to this machine. */
export function isSafeAddress(url: string): boolean {
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

async function readShort(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`The answer has more than ${MAX_ANSWER_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Undefined if it is no JSON. Pure. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` hides why it failed in the error's cause. */
const reasonOf = (error: unknown): string =>
  toSentence(error instanceof Error && error.cause instanceof Error ? error.cause : error);
