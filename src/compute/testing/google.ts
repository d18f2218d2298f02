/** Google's APIs for tests (`tests/google-cloud`), with the rights of the documented role. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { startGoogleCloud } from "../../../tests/google-cloud/start-google-cloud.ts";

const root = resolve(import.meta.dirname, "../../..");

const place = { project: "acme-video-1", image: "europe-west4-docker.pkg.dev/acme-video-1/reelay/worker:1" };

const kinds = {
  CLOUD_RUN_JOB: { api: "run", page: "cloud-run-jobs", settings: { region: "europe-west4" } },
  CLOUD_RUN_SERVICE: { api: "run", page: "cloud-run-services", settings: { region: "europe-west4" } },
  CLOUD_RUN_WORKER_POOL: { api: "run", page: "cloud-run-worker-pools", settings: { region: "europe-west4" } },
  GOOGLE_BATCH: { api: "batch", page: "google-batch", settings: { region: "europe-west4" } },
  VERTEX_CUSTOM_JOB: { api: "aiplatform", page: "vertex-ai", settings: { region: "europe-west4" } },
  COMPUTE_ENGINE: { api: "compute", page: "compute-engine", settings: { zone: "europe-west4-a" } },
} as const;

export type GoogleKind = keyof typeof kinds;
export const googleKinds = Object.keys(kinds) as GoogleKind[];

/** Permissions of the role that the documentation creates. */
export async function readDocumentedPermissions(kind: GoogleKind): Promise<Set<string>> {
  const page = join(root, `docs/how-to/start-workers-on-${kinds[kind].page}.md`);
  const listed = /--permissions=([\w.,]+)/.exec(await readFile(page, "utf8"))?.[1];
  if (listed === undefined) throw new Error(`${page} creates no role with --permissions=.`);
  return new Set(listed.split(","));
}

/** Starts the API that a kind of back end asks. */
export async function startGoogle(kind: GoogleKind) {
  const { api, settings } = kinds[kind];
  const cloud = await startGoogleCloud(api);
  cloud.permissions = await readDocumentedPermissions(kind);
  return Object.assign(cloud, { settings: { ...place, ...settings, endpoint: cloud.url } });
}
