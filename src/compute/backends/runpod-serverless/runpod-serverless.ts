import {
  type BackendDeps,
  type ComputeBackend,
  defineBackend,
  type Machine,
  secretsOf,
} from "../../compute-backend.ts";
import { codeOfStatus, type KeyedRequest, openKeyedApi, unlessGone } from "../../keyed-api.ts";
import { LaunchError } from "../../launch-error.ts";
import { createRememberedOrders } from "../../remembered-orders.ts";
import { Health, Job, jobOf, machineOf } from "./job.ts";
import { Settings } from "./settings.ts";

/** Requests for the status of jobs at the same time. */
const MOST_CALLS = 10;

/**
 * Starts workers as jobs of a RunPod serverless endpoint. RunPod does not list jobs: those are found
 * whose IDs are in the rows of launches. The endpoint's counts show whether there are others.
 */
export const runpodServerless = defineBackend("RUNPOD_SERVERLESS", Settings, openRunpodServerless, {
  lists: "KNOWN",
});

function openRunpodServerless(settings: Settings, { prefix, secret, log }: BackendDeps): ComputeBackend {
  const { endpointId, keyVariable, endpoint, timeoutSeconds } = settings;
  const key = secret(keyVariable);
  const base = `${endpoint.replace(/\/$/, "")}/v2/${endpointId}`;
  const started = createRememberedOrders();
  let strays = { last: 0, reported: 0 };
  // Its answers say why in plain text.
  const explain = ({ status }: { status: number }) => ({ code: codeOfStatus(status), said: "" });
  const ask = openKeyedApi({ name: "RunPod", base, key, timeoutSeconds, explain });

  /** Null: RunPod has forgotten the job, or never had it. */
  async function read({ name, ref }: Pick<Machine, "name" | "ref">, signal: AbortSignal) {
    const request: KeyedRequest = { method: "GET", path: `/status/${encodeURIComponent(ref)}` };
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
      const request: KeyedRequest = {
        method: "POST",
        path: "/run",
        body: jobOf(order),
        secrets: secretsOf(order),
      };
      const { id } = await ask(request, Job, signal);
      started.set(order.name, id);
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
      await unlessGone(ask({ method: "POST", path: `/cancel/${encodeURIComponent(ref)}` }, Job, signal));
    },
    async check(signal) {
      await ask({ method: "GET", path: "/health" }, Health, signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
