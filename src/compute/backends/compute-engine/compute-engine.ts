import { z } from "zod";
import {
  type BackendDeps,
  type ComputeBackend,
  defineBackend,
  type LaunchOrder,
  secretsOf,
} from "../../compute-backend.ts";
import { assertOwn, isOwn, openGoogleApi } from "../../google/index.ts";
import { LaunchError } from "../../launch-error.ts";
import { Instance, instanceOf, machineOf } from "./instance.ts";
import { Settings } from "./settings.ts";

const Operation = z.object({ name: z.string(), status: z.string(), error: z.unknown().optional() });

/** Starts workers on instances of Compute Engine, one container per machine. */
export const computeEngine = defineBackend("COMPUTE_ENGINE", Settings, openComputeEngine);

function openComputeEngine(settings: Settings, { prefix, log }: BackendDeps): ComputeBackend {
  const google = openGoogleApi("COMPUTE_ENGINE", "https://compute.googleapis.com", settings);
  const zone = `/compute/v1/projects/${settings.project}/zones/${settings.zone}`;
  const instances = `${zone}/instances`;

  const find = (name: string, signal: AbortSignal) =>
    google.ask({ method: "GET", path: `${instances}/${name}` }, Instance, signal, [404]);

  async function readInstances(signal: AbortSignal): Promise<Instance[]> {
    const query = { maxResults: "500", filter: "labels.managed-by = reelay" };
    const found = await google.list({ path: instances, query, items: "items" }, Instance, signal);
    return found.filter((each) => isOwn(each) && each.name.startsWith(prefix));
  }

  const remove = (name: string, signal: AbortSignal) =>
    google.ask({ method: "DELETE", path: `${instances}/${name}` }, z.unknown(), signal, [404]);

  /** Throws if there is no machine of this kind, no share of the quota, or the like. */
  async function waitFor(operation: string, order: LaunchOrder, signal: AbortSignal): Promise<void> {
    const path = `${zone}/operations/${operation}/wait`;
    const waited = await google.ask({ method: "POST", path }, Operation, signal, [404]);
    if (waited?.error !== undefined)
      throw google.refuse(`COMPUTE_ENGINE: the instance ${order.name} was not created`, waited.error);
  }

  return {
    async launch(order, signal) {
      const request = { method: "POST", path: instances, body: instanceOf(order, settings) } as const;
      const started = await google.ask({ ...request, secrets: secretsOf(order) }, Operation, signal, [409]);
      if (started !== undefined) await waitFor(started.name, order, signal);
      const instance = await find(order.name, signal);
      if (instance === undefined)
        throw new LaunchError("UNAVAILABLE", `The instance ${order.name} is not there yet, or was deleted`);
      assertOwn(`The instance ${order.name}`, instance);
      return { ref: instance.id };
    },
    async list(signal) {
      const machines = (await readInstances(signal)).map(machineOf);
      // One that has powered off costs its disk.
      for (const { name, state } of machines)
        if (state === "ENDED")
          await remove(name, signal).catch((error: unknown) =>
            log.warn({ err: error, instance: name }, "launch.machine-not-removed"),
          );
      return machines;
    },
    async stop({ name }, signal) {
      const instance = await find(name, signal);
      if (instance !== undefined && isOwn(instance)) await remove(name, signal);
    },
    async check(signal) {
      const types = `${zone}/machineTypes/${settings.machineType}`;
      await google.ask({ method: "GET", path: types }, z.unknown(), signal);
      await readInstances(signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
