import { createPubSubMessaging, tasksOf } from "@reelay/messaging";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareAll } from "../../render-worker/kinds/prepare-all.ts";
import { ToolNotFoundError } from "../../render-worker/media/ffmpeg/index.ts";
import { encodeGlobalId, keyOf } from "../../src/inputs/global-id.ts";
import { kinds } from "../../src/kinds/index.ts";
import { echo } from "../kit/echo-kind/definition.ts";
import { echoOperations, queueEcho } from "../kit/echo-kind/operations.ts";
import { echoWorkerKind } from "../kit/echo-kind/worker-kind.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0, kinds: { ...kinds, [echo.name]: echoOperations } });
  await using messaging = createPubSubMessaging(system.pubsub);
  // A kind of the registry has its subscription from the API's start.
  await using _created = await messaging.consume(tasksOf("cpu", echo.name), () =>
    Promise.reject(new Error()),
  );
});
afterAll(() => system[Symbol.asyncDispose]());

/** A worker that has no ffmpeg. */
const startEchoWorker = () =>
  system.startWorker({}, undefined, undefined, (options) =>
    prepareAll(
      { [echo.name]: echoWorkerKind },
      {
        ...options,
        findFfmpeg: () => Promise.reject(new ToolNotFoundError("There is no ffmpeg here.")),
        findPainter: () => Promise.reject(new ToolNotFoundError("There is no painter here.")),
      },
    ),
  );

/** A video whose own job stays queued, since no worker transcodes. */
async function videoNamed(title: string): Promise<string> {
  const source = { url: { url: "http://127.0.0.1/none.mp4" } };
  const { data } = await system.client.ask(documents.createVideo, { input: { title, source } });
  const id = keyOf("Video", data.createVideo.id);
  if (id === null) throw new Error(`${data.createVideo.id} is no video`);
  return id;
}

const jobOf = (id: string) =>
  system.db.job.findUniqueOrThrow({
    where: { id },
    include: { tasks: { include: { attempts: true } }, video: true },
  });

test("a new kind needs only its definition, its operations and its worker code", async () => {
  await using _worker = await startEchoWorker();
  const id = await queueEcho(system.db, await videoNamed("hello"));
  const job = await eventually(async () => {
    const found = await jobOf(id);
    expect(found.status).toBe("SUCCEEDED");
    return found;
  }, "the job succeeds");
  expect(job.video.metadata).toEqual({ echo: "hello" });
  expect(job.tasks[0]?.attempts).toMatchObject([{ outcome: "COMPLETED" }]);
  expect(job.video.status).toBe("PROCESSING");
});

test("attempts of a new kind are retried and its jobs canceled like those of any kind", async () => {
  await using _worker = await startEchoWorker();
  const failing = await queueEcho(system.db, await videoNamed("fail once"));
  await eventually(
    async () => {
      const { status, tasks } = await jobOf(failing);
      expect(status).toBe("SUCCEEDED");
      const outcomes = tasks.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome));
      expect(new Set(outcomes)).toEqual(new Set(["COMPLETED", "FAILED"]));
    },
    "the second attempt succeeds",
    { timeoutMs: 60_000 },
  );
  const waiting = await queueEcho(system.db, await videoNamed("wait"));
  await eventually(async () => expect((await jobOf(waiting)).status).toBe("RUNNING"), "the job runs");
  await system.client.ask(documents.cancel, { id: encodeGlobalId("Job", waiting) });
  await eventually(async () => {
    const { status, tasks } = await jobOf(waiting);
    expect(status).toBe("CANCELED");
    expect(tasks[0]?.attempts).toMatchObject([{ outcome: "CANCELED" }]);
  }, "the job is canceled");
});
