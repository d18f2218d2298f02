import { z } from "zod";
import { type BackendDeps, type ComputeBackend, defineBackend, secretsOf } from "../../compute-backend.ts";
import { openKeyedApi, unlessGone } from "../../keyed-api.ts";
import { LaunchError } from "../../launch-error.ts";
import { explainProblem } from "./explain-problem.ts";
import { machineOf, Pod, PodList, podsOf } from "./pod.ts";
import { Settings } from "./settings.ts";

/** Starts workers as RunPod pods. A pod whose worker has exited exists until it is deleted. */
export const runpodPod = defineBackend("RUNPOD_POD", Settings, openRunpodPod);

function openRunpodPod(settings: Settings, { prefix, secret, log }: BackendDeps): ComputeBackend {
  const { keyVariable, endpoint, timeoutSeconds } = settings;
  const key = secret(keyVariable);
  const base = endpoint.replace(/\/$/, "");
  const ask = openKeyedApi({ name: "RunPod", base, key, timeoutSeconds, explain: explainProblem });

  const remove = (id: string, signal: AbortSignal): Promise<void> =>
    unlessGone(ask({ method: "DELETE", path: `/v2/pods/${encodeURIComponent(id)}` }, z.unknown(), signal));

  async function readOwn(signal: AbortSignal): Promise<Pod[]> {
    const { pods } = await ask({ method: "GET", path: "/v2/pods" }, PodList, signal);
    return pods.filter(({ name }) => name.startsWith(prefix));
  }

  return {
    // RunPod accepts a name twice, so the pods are read first. The order of a launch is given by one process.
    async launch(order, signal) {
      const known = (await readOwn(signal)).find(({ name }) => name === order.name);
      if (known !== undefined) return { ref: known.id };
      const secrets = secretsOf(order);
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
