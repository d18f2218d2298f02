import { join } from "node:path";
import { expect, test } from "vitest";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { createApiClient, eventually, startFleet } from "../kit/index.ts";

const patience = { timeoutMs: 120_000, intervalMs: 100 };

test("replacing every worker during a render uses no try, loses no finished variant, and the job succeeds", async () => {
  await using fleet = await startFleet();
  const api = await fleet.startApi();
  await eventually(() => fleet.balancer.isReady(api.url), "the API is in rotation", patience);
  const client = createApiClient(fleet.url, fleet.token);
  const clip = await makeClip(join(fleet.directory, "long.mp4"), [
    ...["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=30,noise=alls=40:allf=t"],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "3M", "-pix_fmt", "yuv420p"],
  ]);
  const id = await client.upload(clip);
  const job = async () => (await client.video(id)).jobs.edges[0].node;

  let worker = await fleet.startWorker("worker-1");
  for (const next of ["worker-2", "worker-3"]) {
    await worker.logged("ffmpeg.started");
    worker.kill("SIGTERM");
    expect(await worker.ended).toEqual({ code: 0, signal: null });
    // Not earlier: while a worker starts, a fast one would finish the job.
    worker = await fleet.startWorker(next);
  }
  await eventually(async () => (await client.video(id)).status === "READY", "the video is ready", patience);

  const { status, tasks } = await job();
  const attempts = tasks[0].attempts.map(
    ({ outcome, workerId }: { outcome: string; workerId: string }) => `${workerId} ${outcome}`,
  );
  expect([status, attempts]).toEqual([
    "SUCCEEDED",
    ["worker-1 INTERRUPTED", "worker-2 INTERRUPTED", "worker-3 COMPLETED"],
  ]);
  expect(await fleet.db.task.findMany({ select: { tries: true } })).toEqual([{ tries: 1 }]);
  const ready = await fleet.db.event.groupBy({
    by: ["data"],
    where: { type: "variant.ready" },
    _count: true,
  });
  expect(ready.map(({ _count }) => _count)).toEqual(ready.map(() => 1));
});
