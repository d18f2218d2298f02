import { text } from "node:stream/consumers";
import { objectKeys } from "@reelay/contracts";
import { createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultQuiet } from "../../render-worker/host/index.ts";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { readSnapshot } from "../../src/testing/database-snapshot.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";
import { startWorkerProcess } from "./worker-process.ts";

let system: System;
let store: ObjectStore;
let long: string;
let short: string;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
  const { storeDirectory: directory, api } = system;
  store = createLocalObjectStore({ directory, publicBaseUrl: `${api.url}/media/` });
  const encode = "-c:v libx264 -preset ultrafast -g 3000 -b:v 3M -pix_fmt yuv420p -c:a aac".split(" ");
  const noise = (seconds: number) =>
    `-f lavfi -i testsrc2=size=640x360:rate=30:duration=${seconds},noise=alls=40:allf=t -f lavfi -i sine=440:d=${seconds}`;
  long = await makeClip(`${system.directory}/long.mp4`, [...noise(20).split(" "), ...encode]);
  short = await makeClip(`${system.directory}/short.mp4`, [...noise(6).split(" "), ...encode]);
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

const patience = { timeoutMs: 90_000 };
const keyOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1] ?? "";
const keysBelow = async (prefix: string) =>
  (await Array.fromAsync(store.list(prefix))).map(({ key }) => key.slice(prefix.length));
const attemptsOf = (videoId: string) =>
  system.db.attempt.findMany({ where: { task: { job: { videoId } } }, orderBy: { number: "asc" } });
const variantsOf = (videoId: string) =>
  system.db.variant.findMany({
    where: { videoId, status: { not: "SKIPPED" } },
    orderBy: { position: "asc" },
  });

/** The lease of its worker has expired; the sweeper finds it. */
const expireLease = (attemptId: string) =>
  system.db.attempt.update({ where: { id: attemptId }, data: { leaseUntil: new Date(0) } });

const succeeded = (videoId: string) =>
  eventually(
    async () => (await system.db.job.count({ where: { videoId, status: "SUCCEEDED" } })) === 1,
    "the job has succeeded",
    patience,
  );

/** All that is to stay as it is; what workers say of themselves comes and goes. */
async function everything(videoId: string) {
  const {
    workers: _workers,
    stored_bytes_changes: _changes,
    workspaces: _spaces,
    ...rows
  } = await readSnapshot(system.db);
  // The sweeper moves changes into the workspace's sum.
  const [stored] = await system.db.$queryRaw<{ bytes: string }[]>`
    SELECT ((SELECT sum(stored_bytes) FROM workspaces) + (SELECT coalesce(sum(bytes), 0) FROM stored_bytes_changes))::text AS bytes`;
  const shared = [objectKeys.master(videoId), objectKeys.status(videoId)];
  const files = await Promise.all(shared.map(async (key) => text((await store.read(key)).body)));
  const source = (await Array.fromAsync(store.list(`${objectKeys.video(videoId)}source/`))).map(
    ({ key, generation }) => [key, generation],
  );
  return { rows, stored, files, source };
}

test("a worker paused past its lease changes nothing when it resumes, and leaves no output", async () => {
  await using sleeper = startWorkerProcess(system, "sleeper");
  const videoId = keyOf(await system.client.upload(long));
  const [first] = await eventually(
    async () => {
      const variants = await variantsOf(videoId);
      const isGrowing = variants.some(({ playlist }) => playlist !== null);
      return isGrowing && (await attemptsOf(videoId));
    },
    "a playlist grows",
    patience,
  );
  await sleeper.pause(store);
  const prefix = objectKeys.attempt(videoId, first?.id ?? "");
  expect(await sleeper.encoders()).not.toEqual([]);
  await expireLease(first?.id ?? "");

  await using _next = await system.startWorker({ workerId: "next", quiet: defaultQuiet });
  await succeeded(videoId);
  expect(await attemptsOf(videoId)).toMatchObject([
    { workerId: "sleeper", outcome: "LOST" },
    { workerId: "next", outcome: "COMPLETED" },
  ]);
  await eventually(async () => (await keysBelow(prefix)).length === 0, "its output is removed");
  // The quality is measured after the attempt has ended.
  await eventually(
    async () => (await variantsOf(videoId)).every(({ quality }) => quality !== null),
    "the quality of every variant is measured",
    patience,
  );
  await eventually(
    async () => (await system.db.event.count({ where: { position: null } })) === 0,
    "every event has its place in the log",
  );
  const before = await everything(videoId);

  const resumedAt = new Date();
  sleeper.resume();
  await eventually(async () => (await sleeper.encoders()).length === 0, "its ffmpeg is gone", patience);
  await eventually(
    async () =>
      (await system.db.worker.count({ where: { id: "sleeper", busy: 0, lastSeenAt: { gt: resumedAt } } })) ===
      1,
    "it says that it does nothing any more",
    patience,
  );
  // If it finished before it was stopped, the API removes its output when it reads the late report.
  await eventually(async () => (await keysBelow(prefix)).length === 0, "it leaves nothing", patience);
  expect(await everything(videoId)).toEqual(before);
});

test("after a worker is killed during a render, finished output is not rendered again", async () => {
  const victim = startWorkerProcess(system, "victim", "240p");
  await using _disposed = victim;
  const videoId = keyOf(await system.client.upload(short));
  const [first] = await eventually(
    async () => {
      const statuses = (await variantsOf(videoId)).map(({ name, status }) => `${name} ${status}`);
      const audio = await system.db.audioTrack.findFirst({ where: { videoId } });
      const isComplete = (audio?.playlist as { isComplete?: boolean } | null)?.isComplete === true;
      expect(statuses).toEqual(["144p READY", "240p RENDERING", "360p READY", "source READY"]);
      return isComplete && (await attemptsOf(videoId));
    },
    "all but one variant is ready",
    patience,
  );
  await victim.kill();
  await expireLease(first?.id ?? "");

  await using _next = await system.startWorker({ workerId: "heir" });
  await succeeded(videoId);
  const [lost, heir] = await attemptsOf(videoId);
  const of = (attempt: typeof lost) => objectKeys.attempt(videoId, attempt?.id ?? "");
  const made = new Set((await keysBelow(of(heir))).map((key) => key.split("/")[0]));
  expect(made).toEqual(new Set(["240p", "manifest.json", "poster.jpg", "storyboard"]));
  expect((await variantsOf(videoId)).map(({ name, attemptId }) => [name, attemptId])).toEqual([
    ["144p", lost?.id],
    ["240p", heir?.id],
    ["360p", lost?.id],
    ["source", lost?.id],
  ]);
  const audio = await system.db.audioTrack.findFirstOrThrow({ where: { videoId } });
  expect(audio.attemptId).toBe(lost?.id);
  await eventually(
    async () => new Set((await keysBelow(of(lost))).map((key) => key.split("/")[0])).size === 4,
    "of the lost attempt only what is named is left: three variants and the audio",
  );
  const master = await text((await store.read(objectKeys.master(videoId))).body);
  expect(master.match(/attempts\/[^"\n]+/g)?.toSorted()).toEqual(
    [
      `attempts/${lost?.id}/144p/index.m3u8`,
      `attempts/${lost?.id}/360p/index.m3u8`,
      `attempts/${lost?.id}/audio/index.m3u8`,
      `attempts/${lost?.id}/source/index.m3u8`,
      `attempts/${heir?.id}/240p/index.m3u8`,
    ].toSorted(),
  );
});
