/** Start dependencies that API and worker share. */
import type { StartPart } from "./start-error.ts";

interface Needs {
  pubsub: { projectId: string; emulatorHost?: string };
  store: { kind: "local"; directory: string } | { kind: "gcs"; bucket: string; apiEndpoint?: string };
}

export function startParts({ pubsub, store }: Needs): { broker: StartPart; store: StartPart } {
  return {
    broker: { kind: "broker", ...pubsub },
    store:
      store.kind === "gcs"
        ? { kind: "bucket", bucket: store.bucket }
        : { kind: "folder", variable: "STORE_DIRECTORY", path: store.directory },
  };
}

/** The dependency that needs Google credentials; null if there is none. */
export function credentialsPart({
  pubsub,
  store,
}: Needs): Extract<StartPart, { kind: "credentials" }> | null {
  if (pubsub.emulatorHost === undefined) return { kind: "credentials", service: "Google Pub/Sub" };
  return store.kind === "gcs" && store.apiEndpoint === undefined
    ? { kind: "credentials", service: "Google Cloud Storage" }
    : null;
}
