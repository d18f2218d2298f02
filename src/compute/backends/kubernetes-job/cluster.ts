/** Requests to a cluster's API over HTTPS. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { toSentence } from "@reelay/process";
import type { z } from "zod";
import { parseAnswer, parseJson } from "../../ask-provider.ts";
import type { BackendDeps } from "../../compute-backend.ts";
import { LaunchError } from "../../launch-error.ts";
import { Status } from "./answers.ts";
import { explainStatus } from "./explain-status.ts";
import { mountedCa, type Settings } from "./settings.ts";

/** Largest answer that is read. */
const MAX_ANSWER_BYTES = 20_000_000;

export interface ClusterRequest {
  method: "GET" | "POST" | "DELETE";
  path: string;
  body?: object;
  /** Values of the body that no error may show. */
  secrets?: readonly string[];
}

export interface Cluster extends Disposable {
  /**
   * The answer as the schema describes it; undefined if the status is in `allowed`. Throws `LaunchError`: a
   * refusal by its status, and `UNAVAILABLE` if nothing comes in time, or something else.
   */
  ask<Schema extends z.ZodType>(
    request: ClusterRequest,
    schema: Schema,
    signal: AbortSignal,
    allowed?: readonly number[],
  ): Promise<z.output<Schema> | undefined>;
}

/** Throws `LaunchError` if the settings name no cluster. */
export function openCluster(settings: Settings, { environment, secret }: BackendDeps): Cluster {
  const { tokenVariable, tokenFile, timeoutSeconds } = settings;
  const base = addressOf(settings, environment);
  const fixed = tokenVariable === undefined ? undefined : secret(tokenVariable);
  const caFile = settings.caFile ?? (settings.server === undefined ? mountedCa : undefined);
  let agent: Agent | undefined;

  async function read(file: string, what: string): Promise<string> {
    return await readFile(file, "utf8").catch((error: unknown) => {
      throw new LaunchError("CREDENTIALS", `KUBERNETES_JOB: the ${what} ${file} cannot be read`, {
        said: toSentence(error),
      });
    });
  }

  async function send(
    { method, path, body }: ClusterRequest,
    token: string,
    signal: AbortSignal,
  ): Promise<{ status: number; retryAfter: number; text: string }> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const call = request(`${base}${path}`, {
      ...{ method, signal, agent },
      headers: {
        ...{ authorization: `Bearer ${token}`, accept: "application/json" },
        ...(sent !== undefined && {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(sent),
        }),
      },
    });
    const answered = once(call, "response") as Promise<[IncomingMessage]>;
    // After the answer has begun, reading it fails as well.
    call.on("error", () => undefined);
    call.end(sent);
    const [response] = await answered;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > MAX_ANSWER_BYTES) throw new Error(`The answer has more than ${MAX_ANSWER_BYTES} bytes.`);
      chunks.push(chunk);
    }
    return {
      status: response.statusCode ?? 0,
      retryAfter: Number(response.headers["retry-after"]),
      text: Buffer.concat(chunks).toString(),
    };
  }

  return {
    async ask(order, schema, signal, allowed = []) {
      const what = `${order.method} ${base}${order.path.replace(/\?.*$/s, "")}`;
      if (signal.aborted) throw new LaunchError("UNAVAILABLE", `${what}: the request was given up`);
      const token = fixed ?? (await read(tokenFile, "token file")).trim();
      agent ??= new Agent({
        keepAlive: true,
        ...(caFile !== undefined && { ca: await read(caFile, "certificate") }),
      });
      const secrets = [token, ...(order.secrets ?? [])];
      const timeout = AbortSignal.timeout(timeoutSeconds * 1_000);
      const { status, retryAfter, text } = await send(order, token, AbortSignal.any([signal, timeout])).catch(
        (error: unknown) => {
          if (signal.aborted) throw new LaunchError("UNAVAILABLE", `${what}: the request was given up`);
          throw timeout.aborted
            ? new LaunchError("UNAVAILABLE", `${what}: no answer within ${timeoutSeconds} s`)
            : new LaunchError("UNAVAILABLE", `${what}: no answer`, { said: toSentence(error), secrets });
        },
      );
      if (allowed.includes(status)) return undefined;
      const json = parseJson(text);
      if (status >= 200 && status < 300) return parseAnswer({ what, json }, schema, secrets);
      const refusal = Status.safeParse(json).data;
      const message = refusal?.message ?? text;
      const seconds = refusal?.details?.retryAfterSeconds ?? retryAfter;
      throw new LaunchError(explainStatus(status, message), `${what}: the cluster refused with ${status}`, {
        said: message === "" ? undefined : message,
        secrets,
        retryAfterMs: seconds > 0 ? seconds * 1_000 : undefined,
      });
    },
    [Symbol.dispose]: () => agent?.destroy(),
  };
}

function addressOf({ server }: Settings, environment: BackendDeps["environment"]): string {
  if (server !== undefined) return server.replace(/\/$/, "");
  const host = environment["KUBERNETES_SERVICE_HOST"];
  if (host === undefined)
    throw new LaunchError("INVALID_REQUEST", "KUBERNETES_JOB: the API does not run in a cluster", {
      remedy: "Set `settings.server`, `settings.caFile` and `settings.tokenVariable`.",
    });
  const name = host.includes(":") ? `[${host}]` : host;
  return `https://${name}:${environment["KUBERNETES_SERVICE_PORT"] ?? "443"}`;
}
