import { z } from "zod";
import { askProvider, parseAnswer, parseRetryAfter } from "../../ask-provider.ts";
import { type BackendDeps, type ComputeBackend, defineBackend, type Machine } from "../../compute-backend.ts";
import { LaunchError } from "../../launch-error.ts";
import { explainProblem } from "./explain-problem.ts";
import { cancelAfter, inputOf, machinesOf, oldestAlive, Prediction, PredictionPage } from "./prediction.ts";
import { Settings } from "./settings.ts";

/** Pages of a list, of 100 predictions each. */
const MAX_PAGES = 100;

/** Starts workers as predictions on Replicate: one prediction is the run of one worker. */
export const replicate = defineBackend("REPLICATE", Settings, openReplicate);

interface Request {
  method: "GET" | "POST";
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: object;
  secrets?: readonly string[];
}

function openReplicate(settings: Settings, { prefix, secret }: BackendDeps): ComputeBackend {
  const { deployment, version, keyVariable, endpoint, timeoutSeconds } = settings;
  const key = secret(keyVariable);
  const base = `${endpoint.replace(/\/$/, "")}/v1`;

  async function ask<Schema extends z.ZodType>(
    { method, path, headers: more, body, secrets: hidden = [] }: Request,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> {
    const secrets = [key, ...hidden];
    const headers = { authorization: `Bearer ${key}`, ...more };
    const request = { method, url: `${base}${path}`, headers, body, secrets, timeoutSeconds };
    const { what, status, headers: answered, json, text } = await askProvider(request, signal);
    if (status >= 200 && status < 300) return parseAnswer({ what, json }, schema, secrets);
    const { code, said } = explainProblem(status, json);
    throw new LaunchError(code, `${what}: Replicate refused with ${status}`, {
      ...{ said: said || text || undefined, secrets },
      retryAfterMs: parseRetryAfter(answered.get("retry-after"), new Date()),
    });
  }

  async function list(signal: AbortSignal): Promise<Machine[]> {
    const machines: Machine[] = [];
    let query = new URLSearchParams({ created_after: oldestAlive(new Date()) });
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const request: Request = { method: "GET", path: `/predictions?${query}` };
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
      const secrets = order.secretVariables.flatMap((variable) => order.environment[variable] ?? []);
      const path = deployment === undefined ? "/predictions" : `/deployments/${deployment}/predictions`;
      const body = { ...(version !== undefined && { version }), input: inputOf(order) };
      const headers = { "cancel-after": cancelAfter(order) };
      const request: Request = { method: "POST", path, headers, body, secrets };
      const { id } = await ask(request, Prediction, signal);
      return { ref: id };
    },
    list,
    async stop({ ref }, signal) {
      const request: Request = { method: "POST", path: `/predictions/${encodeURIComponent(ref)}/cancel` };
      try {
        await ask(request, Prediction, signal);
      } catch (error) {
        if (!(error instanceof LaunchError && error.code === "NOT_FOUND")) throw error;
      }
    },
    async check(signal) {
      const path = deployment === undefined ? "/account" : `/deployments/${deployment}`;
      await ask({ method: "GET", path }, z.unknown(), signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
