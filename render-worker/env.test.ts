import { expect, test } from "vitest";
import { readWorkerEnv, workerEnvFields } from "./env.ts";

test("every setting has a default", () => {
  const result = readWorkerEnv({ PATH: "/usr/bin" });
  if (!result.ok) throw new Error(result.errors.join());
  expect(result.env).toMatchObject({
    worker: {
      nvencSessions: 8,
      slots: 1,
      limits: { sourcePixels: 36_000_000, decoders: "COMMON" },
      fetch: { allowPrivate: [] },
    },
    pubsub: { projectId: "reelay", prefix: "reelay-" },
    store: { kind: "local", publicBaseUrl: "http://localhost:4000/media/" },
  });
  expect(result.env.worker.workerId).toMatch(/^worker-[0-9a-f]{12}$/);
});

test("all invalid settings are reported together, each with a remedy", () => {
  const result = readWorkerEnv({
    WORKER_SLOTS: "none",
    WORKER_POOLS: "tpu",
    PUBSUB_EMULATOR_HOST: "http://localhost",
  });
  expect(result.ok ? [] : result.errors.map((error) => error.slice(0, 40))).toEqual([
    'WORKER_SLOTS is "none": Invalid input: e',
    'WORKER_POOLS is "tpu": Invalid option: e',
    'PUBSUB_EMULATOR_HOST is "http://localhos',
  ]);
  expect(result.ok ? "" : result.errors[2]).toContain(
    "give host:port. Example: PUBSUB_EMULATOR_HOST=localhost:8085",
  );
});

test("texts are spoken offline, unless Google is to speak them", () => {
  const speechOf = (environment: Record<string, string>) => {
    const read = readWorkerEnv(environment);
    return read.ok ? read.env.worker.speech : read.errors;
  };
  expect(speechOf({})).toEqual({ engine: null });
  expect(speechOf({ SPEECH: "flite", PIPER_VOICES: "/voices" })).toEqual({ engine: "flite" });
  expect(speechOf({ SPEECH: "piper", PIPER_VOICES: "/voices" })).toEqual({
    engine: "piper",
    piperVoices: "/voices",
  });
  expect(speechOf({ SPEECH: "google", GOOGLE_SPEECH_API_KEY: "key" })).toEqual({
    engine: "google",
    apiKey: "key",
  });
  expect(speechOf({ SPEECH: "espeak" })).toEqual([expect.stringContaining('SPEECH is "espeak"')]);
});

test("Google Cloud Storage requires a bucket", () => {
  expect(readWorkerEnv({ STORE: "gcs" })).toEqual({
    ok: false,
    errors: ["GCS_BUCKET is not set, but STORE=gcs requires it: set it to the bucket's name."],
  });
  const result = readWorkerEnv({
    STORE: "gcs",
    GCS_BUCKET: "media",
    GCS_API_ENDPOINT: "http://localhost:4443",
  });
  expect(result.ok && result.env.store).toEqual({
    kind: "gcs",
    bucket: "media",
    apiEndpoint: "http://localhost:4443",
  });
});

test("every field documents its default, its effect and a valid example", () => {
  for (const [name, field] of Object.entries(workerEnvFields)) {
    const docs = field.meta();
    expect(docs, name).toMatchObject({
      default: expect.any(String),
      effect: expect.any(String),
      example: expect.any(String),
    });
    expect(field.safeParse(docs?.["example"]).success, name).toBe(true);
  }
});
