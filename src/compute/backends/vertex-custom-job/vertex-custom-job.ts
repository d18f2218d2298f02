import { z } from "zod";
import { type BackendDeps, type ComputeBackend, defineBackend, secretsOf } from "../../compute-backend.ts";
import { isOld, openGoogleApi } from "../../google/index.ts";
import { LaunchError } from "../../launch-error.ts";
import { filterOf, Job, jobOf, machineOf } from "./job.ts";
import { Settings } from "./settings.ts";

/** Starts workers as custom jobs of Vertex AI, one job with one replica per machine. */
export const vertexCustomJob = defineBackend("VERTEX_CUSTOM_JOB", Settings, openVertexCustomJob);

function openVertexCustomJob(settings: Settings, { prefix, log }: BackendDeps): ComputeBackend {
  const { project, region } = settings;
  const google = openGoogleApi("VERTEX_CUSTOM_JOB", `https://${region}-aiplatform.googleapis.com`, settings);
  const jobs = `/v1/projects/${project}/locations/${region}/customJobs`;

  /** `name`: of an order. Default: all. Newest first. */
  async function readJobs(signal: AbortSignal, name?: string): Promise<Job[]> {
    const query = { pageSize: "100", filter: filterOf(name) };
    const found = await google.list({ path: jobs, query, items: "customJobs" }, Job, signal);
    return found.filter((job) => machineOf(job).name.startsWith(prefix));
  }

  return {
    async launch(order, signal) {
      // Vertex AI refuses no name twice. What a race doubles has the same token, which works once.
      const [known] = await readJobs(signal, order.name);
      if (known !== undefined) return { ref: known.name };
      const request = {
        method: "POST",
        path: jobs,
        body: jobOf(order, settings),
        secrets: secretsOf(order),
      } as const;
      const job = await google.ask(request, Job, signal);
      if (job === undefined) throw new LaunchError("UNAVAILABLE", `${jobs}: the answer is empty`);
      return { ref: job.name };
    },
    async list(signal) {
      const found = await readJobs(signal);
      const old = found.filter(({ endTime }) => isOld(endTime, new Date()));
      for (const { name } of old)
        await google
          .ask({ method: "DELETE", path: `/v1/${name}` }, z.unknown(), signal, [404])
          .catch((error: unknown) => log.warn({ err: error, job: name }, "launch.machine-not-removed"));
      return found.filter((job) => !old.includes(job)).map(machineOf);
    },
    async stop({ name }, signal) {
      for (const job of await readJobs(signal, name))
        if (machineOf(job).state !== "ENDED")
          await google.ask(
            { method: "POST", path: `/v1/${job.name}:cancel`, body: {} },
            z.unknown(),
            signal,
            // It has ended meanwhile.
            [400, 404],
          );
    },
    async check(signal) {
      await readJobs(signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
