import { backoffMs } from "@reelay/process";
import { GoogleAuth } from "google-auth-library";
import { Agent, request } from "undici";
import { z } from "zod";
import { inputError, type RenderError, retriableError } from "../../errors.ts";
import { sleep } from "../../wait.ts";

/** How to reach Google Cloud Text-to-Speech. */
export interface GoogleSpeechOptions {
  /** Default: Google's global endpoint. */
  endpoint?: string | undefined;
  /** Default: the application default credentials of this machine. */
  apiKey?: string | undefined;
}

const ENDPOINT = "https://texttospeech.googleapis.com";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const TRIES = 4;
const TIMEOUT_MS = 30_000;
const backoff = { firstMs: 500, lastMs: 8_000 };
/** Five minutes of 16-bit samples in base64, several times over. */
const MAX_RESPONSE_BYTES = 128 * 1024 ** 2;

const Failure = z.object({ error: z.object({ message: z.string().max(10_000) }) });

/** Requests to the service, repeated while it is busy or away. */
export class GoogleClient implements AsyncDisposable {
  readonly #endpoint: string;
  readonly #apiKey: string | undefined;
  readonly #auth: GoogleAuth;
  readonly #agent = new Agent({ maxResponseSize: MAX_RESPONSE_BYTES });

  constructor({ endpoint = ENDPOINT, apiKey }: GoogleSpeechOptions) {
    this.#endpoint = endpoint.replace(/\/$/, "");
    this.#apiKey = apiKey;
    this.#auth = new GoogleAuth({ scopes: [SCOPE] });
  }

  /**
   * Throws a `RenderError`: final if the service refuses the request itself (`SPEECH_REFUSED`), else
   * retriable (`SPEECH_FAILED`); or the signal's reason.
   */
  async send<T>(path: string, body: object | null, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      const tried = await this.#try(path, body, signal);
      signal.throwIfAborted();
      if ("answer" in tried) {
        const read = schema.safeParse(tried.answer);
        if (read.success) return read.data;
        throw googleFailed("its answer has an unknown form");
      }
      if (!tried.mayPass || failures + 1 >= TRIES) throw tried.error;
      await sleep(Math.max(tried.waitMs, backoffMs(failures, backoff.firstMs, backoff.lastMs)), signal);
    }
  }

  async #try(path: string, body: object | null, signal: AbortSignal): Promise<Tried> {
    let response: Awaited<ReturnType<typeof request>>;
    let text: string;
    try {
      response = await request(`${this.#endpoint}${path}`, {
        method: body === null ? "GET" : "POST",
        headers: { "content-type": "application/json", ...(await this.#credentials()) },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        dispatcher: this.#agent,
      });
      text = await response.body.text();
    } catch (error) {
      // Its message may contain the address, but no key: that is in a header.
      return { error: googleFailed((error as Error).message, error), mayPass: true, waitMs: 0 };
    }
    const { statusCode, headers } = response;
    const parsed = parseJson(text);
    if (statusCode === 200) return { answer: parsed };
    const said = Failure.safeParse(parsed).data?.error.message ?? `status ${statusCode}`;
    if (statusCode === 400 || statusCode === 404) return { error: refused(said), mayPass: false, waitMs: 0 };
    if (statusCode === 401 || statusCode === 403)
      return {
        error: googleFailed(`${said} Check the credentials of the worker`),
        mayPass: false,
        waitMs: 0,
      };
    const seconds = Number(headers["retry-after"]);
    const waitMs = seconds > 0 ? Math.min(backoff.lastMs, seconds * 1000) : 0;
    return { error: googleFailed(said), mayPass: statusCode === 429 || statusCode >= 500, waitMs };
  }

  async #credentials(): Promise<Record<string, string>> {
    if (this.#apiKey !== undefined) return { "x-goog-api-key": this.#apiKey };
    return Object.fromEntries(await this.#auth.getRequestHeaders());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

type Tried = { answer: unknown } | { error: RenderError; mayPass: boolean; waitMs: number };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const refused = (said: string) =>
  inputError(
    "SPEECH_REFUSED",
    `Google Cloud Text-to-Speech refused the text: ${said.slice(0, 1_000)} Change the text, or choose another voice.`,
  );

export const googleFailed = (said: string, cause?: unknown) =>
  retriableError(
    "WORKER",
    "SPEECH_FAILED",
    `Google Cloud Text-to-Speech did not answer as expected: ${said.slice(0, 1_000)}.`,
    undefined,
    cause,
  );
