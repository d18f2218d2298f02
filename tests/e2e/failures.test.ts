import { join } from "node:path";
import { StoreFullError } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../render-worker/media/ffmpeg/words.ts";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";
import { badFiles, goodClip } from "./bad-sources.ts";
import { notedEncoders } from "./noted-encoders.ts";

let system: System;
let long: string;
beforeAll(async () => {
  // Rendered in one part, so that each attempt has one encoder.
  system = await startSystem({ workers: 0, wholeUpToMs: 3_600_000 });
  long = await makeClip(
    join(system.directory, "long.mp4"),
    words(
      "-f lavfi -i testsrc2=size=640x360:rate=30:duration=40,noise=alls=40:allf=t -c:v libx264 -preset ultrafast -g 3000 -b:v 3M -pix_fmt yuv420p",
    ),
  );
});
afterAll(() => system[Symbol.asyncDispose]());

const failure = "{ code message scope retriable logTail attempt { id number outcome workerId } }";
const query = `query ($id: ID!) { video(id: $id) { status error ${failure} variants { name status error ${failure} }
  jobs { nodes { status error ${failure} tasks { attempts { id number outcome workerId error ${failure} } } } } } }`;

/** A video and its newest job, once that has ended. */
async function endOf(id: string) {
  await system.client.watch(id);
  const { data } = await system.client.ask(query, { id });
  const [job] = data.video.jobs.nodes;
  return { video: data.video, job, attempts: job.tasks[0].attempts };
}

test("bad input is rejected on the first attempt, with the same error of scope INPUT on video, job and attempt", async () => {
  await using _worker = await system.startWorker({ workerId: "refuser" });
  const path = (await badFiles["audio alone"]?.(system.directory)) ?? "";
  const { video, job, attempts } = await endOf(await system.client.upload(path));
  expect(attempts).toMatchObject([{ number: 1, outcome: "REJECTED" }]);
  const [{ id }] = attempts;
  const said = {
    code: "SOURCE_HAS_NO_VIDEO",
    scope: "INPUT",
    retriable: false,
    attempt: { id, number: 1, outcome: "REJECTED", workerId: "refuser" },
  };
  expect(video).toMatchObject({ status: "FAILED", error: said });
  expect(job).toMatchObject({ status: "FAILED", error: said });
  expect(attempts[0].error).toMatchObject(said);
  expect(job.error.message).toBe(attempts[0].error.message);
});

test("a task whose encoder is killed three times fails with its full history, which can be searched and retried", async () => {
  await using _worker = await system.startWorker({ workerId: "unlucky" });
  const id = await system.client.upload(long);
  const killed = new Set<number>();
  while (killed.size < 3) {
    const pid = await eventually(
      async () =>
        (await notedEncoders(join(system.directory, "work"))).find((found) => !killed.has(found)) ?? false,
      "an encoder runs",
      { timeoutMs: 90_000 },
    );
    killed.add(pid);
    // The process that the worker started. Its encoder ends with it.
    process.kill(pid, "SIGKILL");
  }
  const { video, job, attempts } = await endOf(id);
  expect(attempts).toHaveLength(3);
  for (const [index, attempt] of attempts.entries()) {
    expect(attempt).toMatchObject({
      number: index + 1,
      outcome: "FAILED",
      error: {
        code: "ENCODER_KILLED",
        scope: "WORKER",
        retriable: true,
        message: expect.stringMatching(/^ffmpeg/),
      },
    });
  }
  const said = {
    code: "ENCODER_KILLED",
    message: expect.stringMatching(/^Failed after 3 tries\. The last error: ffmpeg/),
    scope: "WORKER",
    retriable: true,
    attempt: { id: attempts[2].id, number: 3 },
  };
  expect(job).toMatchObject({ status: "FAILED", error: said });
  expect(video).toMatchObject({ status: "FAILED", error: said });
  expect(video.variants[0]).toMatchObject({ status: "FAILED", error: said });

  const { data } = await system.client.ask(
    `mutation { r: retryJobs(input: { filter: { errorCode: "ENCODER_KILLED", errorScope: WORKER, isRetriable: true } }) {
      ... on RetriedJobs { jobs { id } skipped { id } hasMore } } }`,
  );
  expect(data.r).toMatchObject({ jobs: [{}], skipped: [], hasMore: false });
  const again = await system.client.ask("mutation ($id: ID!) { r: cancelJob(id: $id) { __typename } }", {
    id: data.r.jobs[0].id,
  });
  expect(again.data.r.__typename).toBe("Job");
});

test("an error includes ffmpeg's log on the attempt, the job and the video", async () => {
  await using _worker = await system.startWorker({ workerId: "talker" });
  // Undecodable frames in an intact container.
  const path = await makeClip(join(system.directory, "garbled.mp4"), [
    "-i",
    await goodClip(system.directory),
    ...words("-an -c:v copy -bsf:v noise=amount=1"),
  ]);
  const { video, job, attempts } = await endOf(await system.client.upload(path));
  expect(video.status).toBe("FAILED");
  const last = attempts.at(-1);
  expect(last.error.logTail).toMatch(/h264|decod/i);
  for (const error of [job.error, video.error]) {
    expect(error).toMatchObject({ logTail: last.error.logTail, attempt: { id: last.id } });
  }
});

test("a full store uses no try: the task waits, states why, and completes when there is space", async () => {
  let isFull = true;
  await using _worker = await system.startWorker({ workerId: "full" }, (store) => ({
    ...store,
    localPath: (key) => store.localPath(key),
    head: (...args) => store.head(...args),
    deletePrefix: (...args) => store.deletePrefix(...args),
    put: (key, ...rest) => (isFull ? Promise.reject(new StoreFullError(key)) : store.put(key, ...rest)),
    adopt: (key, ...rest) => (isFull ? Promise.reject(new StoreFullError(key)) : store.adopt(key, ...rest)),
  }));
  const id = await system.client.upload(await goodClip(system.directory));
  const waiting = async () => {
    const { jobs } = (
      await system.client.ask(`query ($id: ID!) { video(id: $id) { jobs { nodes { waitReason } } } }`, { id })
    ).data.video;
    return jobs.nodes[0].waitReason?.startsWith("The store is full. Free some space on it.");
  };
  const storeFull = { error: { path: ["code"], equals: "STORE_FULL" } };
  // More attempts than a task has tries.
  const full = async () => (await system.db.attempt.count({ where: storeFull })) > 3;
  await eventually(waiting, "it says what it waits for", { timeoutMs: 60_000, intervalMs: 100 });
  await eventually(full, "it is tried again and again", { timeoutMs: 90_000, intervalMs: 100 });
  isFull = false;
  const { job, attempts } = await endOf(id);
  expect(job).toMatchObject({ status: "SUCCEEDED", error: null });
  expect(attempts[0].error).toMatchObject({ code: "STORE_FULL", scope: "STORAGE", retriable: true });
  expect(await system.db.task.findMany({ where: { attempts: { some: storeFull } } })).toMatchObject([
    { tries: 1 },
  ]);
});
