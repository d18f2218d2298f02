import { z } from "zod";
import { type BackendDeps, type ComputeBackend, defineBackend, secretsOf } from "../../compute-backend.ts";
import { assertOwn, isOwn, openGoogleApi } from "../../google/index.ts";
import { LaunchError } from "../../launch-error.ts";
import { explainWait, Job, jobOf, machineOf } from "./job.ts";
import { Settings } from "./settings.ts";

/** Starts workers as jobs of Google Batch, one job with one task per machine. */
export const googleBatch = defineBackend("GOOGLE_BATCH", Settings, openGoogleBatch);

function openGoogleBatch(settings: Settings, { prefix }: BackendDeps): ComputeBackend {
  const google = openGoogleApi("GOOGLE_BATCH", "https://batch.googleapis.com", settings);
  const jobs = `/v1/projects/${settings.project}/locations/${settings.region}/jobs`;

  const find = (name: string, signal: AbortSignal) =>
    google.ask({ method: "GET", path: `${jobs}/${name}` }, Job, signal, [404]);

  async function readJobs(signal: AbortSignal): Promise<Job[]> {
    const query = { pageSize: "1000", filter: 'labels.managed-by="reelay"' };
    const found = await google.list({ path: jobs, query, items: "jobs" }, Job, signal);
    return found.filter((job) => isOwn(job) && machineOf(job).name.startsWith(prefix));
  }

  /** Another job would wait as the earlier one does. */
  async function assertStarting(signal: AbortSignal): Promise<void> {
    for (const job of await readJobs(signal)) {
      const said = explainWait(job);
      if (said === undefined) continue;
      throw google.refuse(`A job that was created earlier has no machine (${machineOf(job).name})`, {
        code: 9,
        message: said,
      });
    }
  }

  return {
    async launch(order, signal) {
      const known = await find(order.name, signal);
      if (known !== undefined) {
        assertOwn(`The job ${order.name}`, known);
        return { ref: known.name };
      }
      await assertStarting(signal);
      const created = await google.ask(
        {
          ...{ method: "POST", path: jobs, query: { jobId: order.name } },
          ...{ body: jobOf(order, settings), secrets: secretsOf(order) },
        },
        Job,
        signal,
        [409],
      );
      const job = created ?? (await find(order.name, signal));
      if (job === undefined)
        throw new LaunchError("UNAVAILABLE", `The job ${order.name} was deleted while it was created`);
      assertOwn(`The job ${order.name}`, job);
      return { ref: job.name };
    },
    // Batch removes ended ones by itself, after 60 days.
    list: async (signal) => (await readJobs(signal)).map(machineOf),
    async stop({ name }, signal) {
      const job = await find(name, signal);
      if (
        job === undefined ||
        machineOf(job).state === "ENDED" ||
        /^(DELETION|CANCELLATION)_/.test(job.status.state)
      )
        return;
      await google.ask(
        { method: "POST", path: `${jobs}/${name}:cancel`, body: {} },
        z.unknown(),
        signal,
        [400, 404, 409],
      );
    },
    async check(signal) {
      await assertStarting(signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
