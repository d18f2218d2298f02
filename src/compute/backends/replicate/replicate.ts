import { z } from "zod";
import {
  type BackendDeps,
  type ComputeBackend,
  defineBackend,
  type Machine,
  secretsOf,
} from "../../compute-backend.ts";
import { type KeyedRequest, openKeyedApi, unlessGone } from "../../keyed-api.ts";
import { LaunchError } from "../../launch-error.ts";
import { explainProblem } from "./explain-problem.ts";
import { cancelAfter, inputOf, machinesOf, oldestAlive, Prediction, PredictionPage } from "./prediction.ts";
import { Settings } from "./settings.ts";

/** Pages of a list, of 100 predictions each. */
const MAX_PAGES = 100;

/** Starts workers as predictions on Replicate: one prediction is the run of one worker. */
export const replicate = defineBackend("REPLICATE", Settings, openReplicate);

function openReplicate(settings: Settings, { prefix, secret }: BackendDeps): ComputeBackend {
  const { deployment, version, keyVariable, endpoint, timeoutSeconds } = settings;
  const key = secret(keyVariable);
  const base = `${endpoint.replace(/\/$/, "")}/v1`;
  const ask = openKeyedApi({ name: "Replicate", base, key, timeoutSeconds, explain: explainProblem });

  async function list(signal: AbortSignal): Promise<Machine[]> {
    const machines: Machine[] = [];
    let query = new URLSearchParams({ created_after: oldestAlive(new Date()) });
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const request: KeyedRequest = { method: "GET", path: `/predictions?${query}` };
      const { next, results } = await ask(request, PredictionPage, signal);
      machines.push(...results.flatMap((each) => machinesOf(each, prefix)));
      if (!next) return machines;
      // Only the query: the key is for this server only.
      query = new URL(next, base).searchParams;
    }
    throw new LaunchError("UNAVAILABLE", `${base}/predictions: the list has more than ${MAX_PAGES} pages`);
  }

  return {
    // Replicate accepts a name twice, so the predictions are read first. One process gives a launch's order.
    async launch(order, signal) {
      const known = (await list(signal)).find(({ name }) => name === order.name);
      if (known !== undefined) return { ref: known.ref };
      const path = deployment === undefined ? "/predictions" : `/deployments/${deployment}/predictions`;
      const body = { ...(version !== undefined && { version }), input: inputOf(order) };
      const headers = { "cancel-after": cancelAfter(order) };
      const request: KeyedRequest = { method: "POST", path, headers, body, secrets: secretsOf(order) };
      const { id } = await ask(request, Prediction, signal);
      return { ref: id };
    },
    list,
    async stop({ ref }, signal) {
      const request: KeyedRequest = {
        method: "POST",
        path: `/predictions/${encodeURIComponent(ref)}/cancel`,
      };
      await unlessGone(ask(request, Prediction, signal));
    },
    async check(signal) {
      const path = deployment === undefined ? "/account" : `/deployments/${deployment}`;
      await ask({ method: "GET", path }, z.unknown(), signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
