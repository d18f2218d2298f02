import { z } from "zod";
import {
  type BackendDeps,
  type ComputeBackend,
  defineBackend,
  type LaunchOrder,
  secretsOf,
} from "../../compute-backend.ts";
import { LaunchError } from "../../launch-error.ts";
import { Job, JobPage, type Pod, PodPage } from "./answers.ts";
import { openCluster } from "./cluster.ts";
import { jobOf, managed, secretOf } from "./job.ts";
import { explainWait, jobNameOf, machineOf } from "./observe.ts";
import { Settings } from "./settings.ts";

/** Objects of a page. */
const PAGE = 500;
/** Pages of a list. */
const MAX_PAGES = 100;

/** Starts workers as Jobs of a Kubernetes cluster, one Job per machine, each with one Pod. */
export const kubernetesJob = defineBackend("KUBERNETES_JOB", Settings, openKubernetesJob);

function openKubernetesJob(settings: Settings, deps: BackendDeps): ComputeBackend {
  const { prefix } = deps;
  const cluster = openCluster(settings, deps);
  const jobs = `/apis/batch/v1/namespaces/${settings.namespace}/jobs`;
  const secretsPath = `/api/v1/namespaces/${settings.namespace}/secrets`;
  const podsPath = `/api/v1/namespaces/${settings.namespace}/pods`;

  /** The Job of this name, if there is one. */
  async function find(name: string, signal: AbortSignal): Promise<Job | undefined> {
    const job = await cluster.ask({ method: "GET", path: `${jobs}/${name}` }, Job, signal, [404]);
    if (job !== undefined && job.metadata.labels["app.kubernetes.io/managed-by"] !== "reelay")
      throw new LaunchError("INVALID_REQUEST", `The Job ${name} exists, and Reelay did not create it`, {
        remedy: "Give COMPUTE_LAUNCHES another `installation`, or delete the Job.",
      });
    return job;
  }

  async function readPages<Item>(
    path: string,
    schema: z.ZodType<{ metadata: { continue: string }; items: Item[] }>,
    signal: AbortSignal,
  ): Promise<Item[]> {
    const items: Item[] = [];
    let cursor = "";
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = new URLSearchParams({
        labelSelector: Object.entries(managed)
          .map((pair) => pair.join("="))
          .join(","),
        limit: String(PAGE),
        ...(cursor !== "" && { continue: cursor }),
      });
      const read = await cluster.ask({ method: "GET", path: `${path}?${query}` }, schema, signal);
      items.push(...(read?.items ?? []));
      cursor = read?.metadata.continue ?? "";
      if (cursor === "") return items;
    }
    throw new LaunchError("UNAVAILABLE", `${path}: the list has more than ${MAX_PAGES} pages`);
  }

  const readPods = async (signal: AbortSignal): Promise<Pod[]> =>
    (await readPages(podsPath, PodPage, signal)).filter((pod) => jobNameOf(pod).startsWith(prefix));

  /** Another Job would wait as the earlier one does. */
  async function assertStarting(signal: AbortSignal): Promise<void> {
    for (const pod of await readPods(signal)) {
      const wait = explainWait(pod, settings.placementSeconds, new Date());
      if (wait !== undefined)
        throw new LaunchError(wait.code, `${wait.problem} (Job ${jobNameOf(pod)})`, { said: wait.said });
    }
  }

  /** Undefined: one of this name exists. */
  const createJob = (order: LaunchOrder, query: string, signal: AbortSignal) =>
    cluster.ask(
      { method: "POST", path: `${jobs}?fieldValidation=Strict${query}`, body: jobOf(order, settings) },
      Job,
      signal,
      [409],
    );

  const createSecret = (order: LaunchOrder, uid: string, query: string, signal: AbortSignal) =>
    cluster.ask(
      {
        method: "POST",
        path: `${secretsPath}?fieldValidation=Strict${query}`,
        body: secretOf(order, uid),
        secrets: secretsOf(order),
      },
      z.unknown(),
      signal,
      [409],
    );

  async function remove(name: string, query: string, signal: AbortSignal): Promise<void> {
    // The Job stays listed until its Pod has ended.
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Foreground" };
    await cluster.ask(
      { method: "DELETE", path: `${jobs}/${name}${query}`, body },
      z.unknown(),
      signal,
      [404],
    );
  }

  return {
    async launch(order, signal) {
      let job = await find(order.name, signal);
      if (job === undefined) {
        await assertStarting(signal);
        job = (await createJob(order, "", signal)) ?? (await find(order.name, signal));
        if (job === undefined)
          throw new LaunchError("UNAVAILABLE", `The Job ${order.name} was deleted while it was created`);
      }
      const { uid } = job.metadata;
      try {
        // The Pod waits for it. A repeated order creates what an interrupted one did not.
        await createSecret(order, uid, "", signal);
      } catch (error) {
        if (!(error instanceof LaunchError) || error.code === "UNAVAILABLE") throw error;
        await remove(order.name, "", signal).catch((failure: unknown) => {
          const said = failure instanceof Error ? failure.message : String(failure);
          throw new LaunchError("UNAVAILABLE", `${error.message} The Job could not be deleted`, { said });
        });
        throw error;
      }
      return { ref: uid };
    },
    async list(signal) {
      const found = await readPages(jobs, JobPage, signal);
      const own = found.filter(({ metadata: { name } }) => name.startsWith(prefix));
      const isQuiet = own.every((job) => machineOf(job, []).state !== "ENDED");
      const pods = isQuiet ? [] : await readPods(signal);
      return own.map((job) => machineOf(job, pods));
    },
    async stop({ name }, signal) {
      await remove(name, "", signal);
    },
    async check(signal) {
      const name = `${prefix}check`;
      const order = { name, environment: {}, secretVariables: [], endsWithinSeconds: 60 };
      await find(name, signal);
      await createJob(order, "&dryRun=All", signal);
      await createSecret(order, "check", "&dryRun=All", signal);
      await remove(name, "?dryRun=All", signal);
      await readPages(jobs, JobPage, signal);
      await assertStarting(signal);
    },
    async [Symbol.asyncDispose]() {
      cluster[Symbol.dispose]();
    },
  };
}
