import type { z } from "zod";
import { askProvider, parseAnswer, parseRetryAfter } from "../../ask-provider.ts";
import { type BackendDeps, type ComputeBackend, defineBackend, type Machine } from "../../compute-backend.ts";
import { LaunchError } from "../../launch-error.ts";
import { explainStatus } from "./explain-status.ts";
import { Health, Job, jobOf, machineOf } from "./job.ts";
import { Settings } from "./settings.ts";

/** Requests for the status of jobs at the same time. */
const MOST_CALLS = 10;
/** Orders whose jobs are remembered, so that a repeated one starts nothing. */
const MOST_REMEMBERED = 1_000;

/**
 * Starts workers as jobs of a RunPod serverless endpoint. RunPod does not list jobs: those are found
 * whose IDs are in the rows of launches. The endpoint's counts show whether there are others.
 */
export const runpodServerless = defineBackend("RUNPOD_SERVERLESS", Settings, openRunpodServerless, {
  lists: "KNOWN",
});

interface Request {
  method: "GET" | "POST";
  path: string;
  body?: object;
  secrets?: readonly string[];
}

function openRunpodServerless(settings: Settings, { prefix, secret, log }: BackendDeps): ComputeBackend {
  const { endpointId, keyVariable, endpoint, timeoutSeconds } = settings;
  const key = secret(keyVariable);
  const base = `${endpoint.replace(/\/$/, "")}/v2/${endpointId}`;
  const started = new Map<string, string>();
  let strays = { last: 0, reported: 0 };

  async function ask<Schema extends z.ZodType>(
    { method, path, body, secrets: more = [] }: Request,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> {
    const secrets = [key, ...more];
    const headers = { authorization: `Bearer ${key}` };
    const request = { method, url: `${base}${path}`, headers, body, secrets, timeoutSeconds };
    const { what, status, headers: answered, json, text } = await askProvider(request, signal);
    if (status >= 200 && status < 300) return parseAnswer({ what, json }, schema, secrets);
    throw new LaunchError(explainStatus(status), `${what}: RunPod refused with ${status}`, {
      said: text || undefined,
      secrets,
      retryAfterMs: parseRetryAfter(answered.get("retry-after"), new Date()),
    });
  }

  /** Null: RunPod has forgotten the job, or never had it. */
  async function read({ name, ref }: Pick<Machine, "name" | "ref">, signal: AbortSignal) {
    const request: Request = { method: "GET", path: `/status/${encodeURIComponent(ref)}` };
    try {
      return machineOf(name, await ask(request, Job, signal));
    } catch (error) {
      if (error instanceof LaunchError && error.code === "NOT_FOUND") return null;
      throw error;
    }
  }

  /** Reports jobs that no row names, once per number. A job that was started meanwhile is not among them. */
  function countStrays(jobs: number, machines: readonly Machine[]): void {
    const now = Math.max(0, jobs - machines.filter(({ state }) => state !== "ENDED").length);
    const lasting = Math.min(now, strays.last);
    if (lasting > 0 && lasting !== strays.reported)
      log.warn({ endpointId, jobs: lasting }, "launch.unknown-jobs");
    strays = { last: now, reported: lasting };
  }

  return {
    async launch(order, signal) {
      const known = started.get(order.name);
      if (known !== undefined && !signal.aborted) return { ref: known };
      const secrets = order.secretVariables.flatMap((variable) => order.environment[variable] ?? []);
      const request: Request = { method: "POST", path: "/run", body: jobOf(order), secrets };
      const { id } = await ask(request, Job, signal);
      started.set(order.name, id);
      const [oldest] = started.keys();
      if (started.size > MOST_REMEMBERED && oldest !== undefined) started.delete(oldest);
      return { ref: id };
    },
    async list(signal, known) {
      const { jobs } = await ask({ method: "GET", path: "/health" }, Health, signal);
      const own = known.filter(({ name }) => name.startsWith(prefix));
      const machines: Machine[] = [];
      for (let begin = 0; begin < own.length; begin += MOST_CALLS) {
        const reads = own.slice(begin, begin + MOST_CALLS).map((each) => read(each, signal));
        machines.push(...(await Promise.all(reads)).filter((machine) => machine !== null));
      }
      countStrays(jobs.inProgress + jobs.inQueue, machines);
      return machines;
    },
    async stop({ ref }, signal) {
      try {
        await ask({ method: "POST", path: `/cancel/${encodeURIComponent(ref)}` }, Job, signal);
      } catch (error) {
        if (!(error instanceof LaunchError && error.code === "NOT_FOUND")) throw error;
      }
    },
    async check(signal) {
      await ask({ method: "GET", path: "/health" }, Health, signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
