import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { Upload } from "tus-js-client";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { goodClip, serve } from "./bad-sources.ts";
import { holdEncoders } from "./noted-encoders.ts";

let system: System;
let store: ObjectStore;
let long: string;
let short: string;
/** The workers of one test. */
let workers: AsyncDisposable[] = [];
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
  const { storeDirectory: directory, api } = system;
  store = createLocalObjectStore({ directory, publicBaseUrl: `${api.url}/media/` });
  short = await goodClip(system.directory);
  // Noise encodes slowly, which leaves time to act during the render.
  long = await makeClip(join(system.directory, "long.mp4"), [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=640x360:rate=30:duration=20,noise=alls=40:allf=t",
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    // Too few keyframes to be copied, so nothing is finished early.
    "-g",
    "3000",
    "-b:v",
    "3M",
    "-pix_fmt",
    "yuv420p",
  ]);
});
beforeEach(() => {
  workers = [];
});
afterEach(() => Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]())));
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

const startWorker = async (workerId: string) => {
  const worker = await system.startWorker({ workerId });
  workers.push(worker);
  return worker;
};

/** The key of a row, from the id that clients have. */
const keyOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1] ?? "";
const objectsOf = async (id: string, below = "") => {
  const keys: string[] = [];
  for await (const { key } of store.list(`videos/${keyOf(id)}/${below}`)) keys.push(key);
  return keys;
};
const jobOf = async (id: string) => (await system.client.video(id)).jobs.edges[0].node;
const isEnd = (status: string) => ["SUCCEEDED", "FAILED", "CANCELED"].includes(status);
const ended = (id: string) =>
  eventually(
    async () => {
      const job = await jobOf(id);
      return isEnd(job.status) && job;
    },
    "the job has ended",
    { timeoutMs: 60_000 },
  );

/** Resolves when segments of it are stored, and its encoder is held: the render cannot end. */
async function isUnderWay(id: string): Promise<void> {
  await eventually(
    async () => (await objectsOf(id, "attempts/")).some((key) => key.endsWith(".m4s")),
    "a segment is stored",
    { timeoutMs: 90_000 },
  );
  await holdEncoders(join(system.directory, "work"));
}

test("a queued job is canceled immediately, and canceling it again has no effect", async () => {
  const id = await system.client.upload(short);
  await eventually(async () => (await jobOf(id)).status === "QUEUED", "the job is queued");
  const { id: jobId, waitReason } = await jobOf(id);
  expect(waitReason).toContain("npm run worker");
  for (const _ of [1, 2]) {
    const { data } = await system.client.ask(documents.cancel, { id: jobId });
    expect(data.cancelJob).toMatchObject({ __typename: "Job", status: "CANCELED" });
  }
  expect(await system.client.video(id)).toMatchObject({
    status: "FAILED",
    error: { code: "JOB_CANCELED", message: expect.stringContaining("Retry it") },
  });
  // Its message is still queued: a worker that receives it renders nothing.
  await startWorker("late");
  const next = await system.client.upload(short);
  expect(await ended(next)).toMatchObject({ status: "SUCCEEDED" });
  expect(await jobOf(id)).toMatchObject({ status: "CANCELED", tasks: [{ attempts: [] }] });
  await eventually(async () => (await objectsOf(id, "attempts/")).length === 0, "nothing of it is stored");
});

test("canceling a running job stops its worker, leaves no partial output, and a retry renders it", async () => {
  await startWorker("cancelled");
  const id = await system.client.upload(long);
  await isUnderWay(id);
  const { id: jobId } = await jobOf(id);
  const canceled = await system.client.ask(documents.cancel, { id: jobId });
  expect(canceled.data.cancelJob.__typename).toBe("Job");
  expect(await ended(id)).toMatchObject({
    status: "CANCELED",
    tasks: [{ status: "CANCELED", attempts: [{ outcome: "CANCELED", workerId: "cancelled" }] }],
  });
  const { status, variants } = await system.client.video(id);
  const finished = variants.filter((variant: { status: string }) => variant.status === "READY");
  expect(status).toBe(finished.length > 0 ? "READY" : "FAILED");
  await eventually(async () => {
    const kept = await objectsOf(id, "attempts/");
    const isWanted = (key: string) =>
      finished.some(({ name }: { name: string }) => key.includes(`/${name}/`));
    return kept.every((key) => isWanted(key) || key.endsWith("poster.jpg"));
  }, "the partial output is gone");

  const retried = await system.client.ask(documents.retry, { id: jobId });
  expect(retried.data.retryJob).toMatchObject({ __typename: "Job" });
  expect(retried.data.retryJob.id).not.toBe(jobId);
  await eventually(
    async () =>
      (await system.client.video(id)).jobs.edges.some(
        ({ node }: { node: { status: string } }) => node.status === "SUCCEEDED",
      ),
    "the retried job has succeeded",
    { timeoutMs: 90_000 },
  );
  const video = await system.client.video(id);
  expect(video).toMatchObject({ status: "READY", progress: 1, error: null });
  expect(video.variants.map((variant: { status: string }) => variant.status)).not.toContain("CANCELED");
  const statuses = video.jobs.edges.map(({ node }: { node: { status: string } }) => node.status);
  expect(statuses.toSorted()).toEqual(["CANCELED", "SUCCEEDED"]);
});

test("a video deleted during its render leaves no output behind, and its worker continues", async () => {
  await startWorker("interrupted-by-deletion");
  const id = await system.client.upload(long);
  await isUnderWay(id);
  const { data } = await system.client.ask(
    "mutation ($id: ID!) { r: deleteVideo(input: { id: $id }) { __typename ... on DeletedVideo { deletedId } } }",
    { id },
  );
  expect(data.r).toEqual({ __typename: "DeletedVideo", deletedId: id });
  expect(await system.client.video(id)).toBeNull();
  const next = await system.client.upload(short);
  expect(await ended(next)).toMatchObject({ status: "SUCCEEDED" });
  await eventually(async () => (await objectsOf(id)).length === 0, "nothing is below videos/{id}/");
});

test("a worker that shuts down during a render returns its task to another, and no try is used", async () => {
  const first = await startWorker("first");
  const id = await system.client.upload(long);
  await isUnderWay(id);
  await first[Symbol.asyncDispose]();
  await startWorker("second");
  expect(await ended(id)).toMatchObject({ status: "SUCCEEDED" });
  const { tasks } = await jobOf(id);
  expect(tasks[0].attempts).toMatchObject([
    { number: 1, workerId: "first", outcome: "INTERRUPTED" },
    { number: 2, workerId: "second", outcome: "COMPLETED" },
  ]);
  const task = await system.db.task.findFirstOrThrow({ where: { job: { videoId: keyOf(id) } } });
  expect(task.tries).toBe(1);
});

test("a viewer connected to one API process sees live what another process created", async () => {
  await using other = await system.startApi();
  const viewer = system.clientOf(other);
  const { id, uploadUrl } = await system.client.createUpload(long);
  const connected = Promise.withResolvers<void>();
  const watching = viewer.watch(id, ({ status }) => {
    connected.resolve();
    return status === "READY" || status === "FAILED";
  });
  await connected.promise;
  await startWorker("watched");
  await fetch(uploadUrl, {
    method: "PATCH",
    headers: {
      "tus-resumable": "1.0.0",
      "upload-offset": "0",
      "content-type": "application/offset+octet-stream",
    },
    body: new Uint8Array(await readFile(long)),
  });
  const states = await watching;
  expect(states[0]).toMatchObject({ status: "AWAITING_SOURCE" });
  expect(states.at(-1)).toMatchObject({ status: "READY", progress: 1 });
  const between = states.map(({ progress }) => progress).filter((progress) => progress > 0 && progress < 1);
  // A busy API skips states that newer ones replace.
  expect(new Set(between).size).toBeGreaterThan(1);
  expect(between).toEqual(between.toSorted((a, b) => a - b));
});

test("a source at a URL is fetched, stored and rendered", async () => {
  await using files = await serve((request, response) => {
    if (request.url === "/moved.mp4") response.writeHead(302, { location: "/clip.mp4" }).end();
    else createReadStream(short).pipe(response.writeHead(200, { "content-type": "video/mp4" }));
  });
  await startWorker("fetcher");
  const { data } = await system.client.ask(documents.createVideo, {
    input: { title: "By URL", source: { url: { url: `${files.url}/moved.mp4` } } },
  });
  const { id } = data.createVideo;
  expect(data.createVideo).toMatchObject({ status: "PROCESSING", upload: null });
  expect((await system.client.watch(id)).at(-1)).toMatchObject({ status: "READY" });
  expect(await objectsOf(id, "source/")).toHaveLength(1);
});

test("an upload that is killed midway resumes where it stopped", async () => {
  await startWorker("resumed");
  const { id, uploadUrl } = await system.client.createUpload(long);
  const bytes = await readFile(long);
  const uploadSize = bytes.length;
  const half = Math.floor(uploadSize / 2);
  await new Promise<void>((resolve, reject) => {
    const upload = new Upload(bytes, {
      uploadUrl,
      uploadSize,
      chunkSize: 1024 * 1024,
      retryDelays: null,
      onError: reject,
      onChunkComplete: (_size, sent) => {
        if (sent >= half) upload.abort().then(resolve, reject);
      },
    });
    upload.start();
  });
  expect(await system.client.video(id)).toMatchObject({ status: "AWAITING_SOURCE" });
  const sent: number[] = [];
  await new Promise<void>((resolve, reject) => {
    new Upload(bytes, {
      uploadUrl,
      uploadSize,
      chunkSize: 1024 * 1024,
      retryDelays: [100],
      onError: reject,
      onProgress: (count) => void sent.push(count),
      onSuccess: () => resolve(),
    }).start();
  });
  expect(Math.min(...sent)).toBeGreaterThanOrEqual(half);
  // A client that missed the last response learns that the upload is complete.
  const head = await fetch(uploadUrl, { method: "HEAD", headers: { "tus-resumable": "1.0.0" } });
  expect([head.status, head.headers.get("upload-offset")]).toEqual([200, `${uploadSize}`]);
  await eventually(async () => (await system.client.video(id)).status !== "AWAITING_SOURCE", "it has begun");
  const [key] = await objectsOf(id, "source/");
  expect(key).toBeDefined();
  expect((await readFile(store.localPath(key ?? "") ?? "")).equals(bytes)).toBe(true);
  await system.client.ask(documents.cancel, { id: (await jobOf(id)).id });
  await ended(id);
});
