import { z } from "zod";
import {
  type BackendDeps,
  type ComputeBackend,
  defineBackend,
  type LaunchOrder,
  secretsOf,
} from "../../compute-backend.ts";
import { assertOwn, isOld, isOwn, Operation, openGoogleApi, watchCreation } from "../../google/index.ts";
import { LaunchError } from "../../launch-error.ts";
import { Job, jobOf, machineOf } from "./job.ts";
import { Settings } from "./settings.ts";

/** Largest page of a list of jobs. */
const PAGE = "1000";

/** Starts workers as Cloud Run jobs, one job with one execution per machine. */
export const cloudRunJob = defineBackend("CLOUD_RUN_JOB", Settings, openCloudRunJob);

function openCloudRunJob(settings: Settings, { prefix, log }: BackendDeps): ComputeBackend {
  const google = openGoogleApi("CLOUD_RUN_JOB", "https://run.googleapis.com", settings);
  const parent = `/v2/projects/${settings.project}/locations/${settings.region}`;
  const jobs = `${parent}/jobs`;

  const find = (name: string, signal: AbortSignal) =>
    google.ask({ method: "GET", path: `${jobs}/${name}` }, Job, signal, [404]);

  /** Undefined: one of this name exists. */
  const create = (order: LaunchOrder, query: Readonly<Record<string, string>>, signal: AbortSignal) =>
    google.ask(
      {
        ...{ method: "POST", path: jobs, query: { jobId: order.name, ...query } },
        ...{ body: jobOf(order, settings), secrets: secretsOf(order) },
      },
      Operation,
      signal,
      [409],
    );

  /** Deleting a job ends what runs in it; cancelling first lets the worker give its tasks back. */
  async function remove(name: string, signal: AbortSignal): Promise<void> {
    const job = await find(name, signal);
    if (job === undefined) return;
    const execution = job.latestCreatedExecution?.name ?? "";
    if (execution !== "" && machineOf(job).state !== "ENDED") {
      const path = execution.startsWith("projects/")
        ? `/v2/${execution}`
        : `${jobs}/${name}/executions/${execution}`;
      await google.ask(
        { method: "POST", path: `${path}:cancel`, body: {} },
        z.unknown(),
        signal,
        [400, 404, 409],
      );
    }
    await google.ask({ method: "DELETE", path: `${jobs}/${name}` }, z.unknown(), signal, [404]);
  }

  async function readJobs(signal: AbortSignal): Promise<Job[]> {
    const found = await google.list({ path: jobs, query: { pageSize: PAGE }, items: "jobs" }, Job, signal);
    return found.filter((job) => isOwn(job) && machineOf(job).name.startsWith(prefix));
  }

  return {
    async launch(order, signal) {
      const operation = await create(order, {}, signal);
      if (operation === undefined) {
        const job = await find(order.name, signal);
        if (job === undefined)
          throw new LaunchError("UNAVAILABLE", `The job ${order.name} was deleted while it was created`);
        assertOwn(`The job ${order.name}`, job);
      } else {
        const what = `CLOUD_RUN_JOB: the job ${order.name}`;
        await watchCreation(google, { what, operation }, () => remove(order.name, signal), signal);
      }
      return { ref: `${jobs.slice("/v2/".length)}/${order.name}` };
    },
    async list(signal) {
      const found = await readJobs(signal);
      const old = found.filter((job) => isOld(job.latestCreatedExecution?.completionTime, new Date()));
      for (const job of old)
        await remove(machineOf(job).name, signal).catch((error: unknown) =>
          log.warn({ err: error, job: job.name }, "launch.machine-not-removed"),
        );
      return found.filter((job) => !old.includes(job)).map(machineOf);
    },
    async stop({ name }, signal) {
      await remove(name, signal);
    },
    async check(signal) {
      const order = { name: `${prefix}check`, environment: {}, secretVariables: [], endsWithinSeconds: 60 };
      await create(order, { validateOnly: "true" }, signal);
      await readJobs(signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
