import { z } from "zod";
import { askProvider, parseAnswer, parseRetryAfter } from "../../ask-provider.ts";
import { type BackendDeps, type ComputeBackend, defineBackend } from "../../compute-backend.ts";
import { LaunchError } from "../../launch-error.ts";
import { explainProblem } from "./explain-problem.ts";
import { machineOf, Pod, PodList, podsOf } from "./pod.ts";
import { Settings } from "./settings.ts";

/** Starts workers as RunPod pods. A pod whose worker has exited exists until it is deleted. */
export const runpodPod = defineBackend("RUNPOD_POD", Settings, openRunpodPod);

interface Request {
  method: "GET" | "POST" | "DELETE";
  path: string;
  body?: object;
  secrets?: readonly string[];
}

function openRunpodPod(settings: Settings, { prefix, secret, log }: BackendDeps): ComputeBackend {
  const { keyVariable, endpoint, timeoutSeconds } = settings;
  const key = secret(keyVariable);
  const base = endpoint.replace(/\/$/, "");

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
    const { code, said } = explainProblem(status, json);
    const retryAfterMs = parseRetryAfter(answered.get("retry-after"), new Date());
    throw new LaunchError(code, `${what}: RunPod refused with ${status}`, {
      ...{ said: said || text || undefined, secrets, retryAfterMs },
    });
  }

  async function remove(id: string, signal: AbortSignal): Promise<void> {
    try {
      await ask({ method: "DELETE", path: `/v2/pods/${encodeURIComponent(id)}` }, z.unknown(), signal);
    } catch (error) {
      if (!(error instanceof LaunchError && error.code === "NOT_FOUND")) throw error;
    }
  }

  async function readOwn(signal: AbortSignal): Promise<Pod[]> {
    const { pods } = await ask({ method: "GET", path: "/v2/pods" }, PodList, signal);
    return pods.filter(({ name }) => name.startsWith(prefix));
  }

  return {
    // RunPod accepts a name twice, so the pods are read first. The order of a launch is given by one process.
    async launch(order, signal) {
      const { name, environment, secretVariables } = order;
      const known = (await readOwn(signal)).find((pod) => pod.name === name);
      if (known !== undefined) return { ref: known.id };
      const secrets = secretVariables.flatMap((variable) => environment[variable] ?? []);
      let refusal: unknown;
      for (const body of podsOf(order, settings)) {
        try {
          const pod = await ask({ method: "POST", path: "/v2/pods", body, secrets }, Pod, signal);
          return { ref: pod.id };
        } catch (error) {
          refusal = error;
          if (!(error instanceof LaunchError && error.code === "NO_CAPACITY")) throw error;
        }
      }
      throw refusal;
    },
    async list(signal) {
      const found = await readOwn(signal);
      const machines = found.map(machineOf);
      // The disk of a pod that has ended costs money.
      for (const { ref, name } of machines.filter(({ state }) => state === "ENDED"))
        await remove(ref, signal).catch((error: unknown) =>
          log.warn({ err: error, machine: name }, "launch.machine-not-removed"),
        );
      return machines;
    },
    async stop({ name }, signal) {
      for (const pod of await readOwn(signal)) if (pod.name === name) await remove(pod.id, signal);
    },
    async check(signal) {
      await readOwn(signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
