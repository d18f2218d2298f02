import { platform } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../tests/kit/index.ts";
import { words } from "../media/ffmpeg/words.ts";
import { makeClip, startWorker, temporaryDirectory } from "../testing/kit.ts";

test("a worker's metrics cover slots, attempts, stored bytes and ffmpeg usage", async () => {
  await using clips = await temporaryDirectory();
  const clip = await makeClip(join(clips.path, "clip.mp4"), [
    ...words("-f lavfi -i testsrc2=s=640x360:r=30:d=10 -c:v libx264 -preset ultrafast"),
  ]);
  await using worker = await startWorker({ slots: 2 });
  const valueOf = async (series: string): Promise<number> => {
    const line = (await worker.metrics.metrics()).split("\n").find((text) => text.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1));
  };
  expect(await valueOf("reelay_worker_slots")).toBe(2);
  expect(await valueOf("reelay_worker_busy_slots")).toBe(0);

  const task = await worker.request(clip);
  await eventually(async () => expect(await valueOf("reelay_worker_busy_slots")).toBe(1), "a slot is busy");
  worker.messaging.isAway = true;
  await eventually(async () => (await valueOf("reelay_worker_report_retries_total")) > 0, "a report waits");
  worker.messaging.isAway = false;
  await worker.end(task);

  await eventually(
    async () => expect(await valueOf('reelay_worker_attempts_total{outcome="COMPLETED"}')).toBe(1),
    "the attempt is counted",
  );
  expect(await valueOf('reelay_worker_attempt_duration_seconds_count{outcome="COMPLETED"}')).toBe(1);
  expect(await valueOf("reelay_worker_stored_bytes_total")).toBeGreaterThan(10_000);
  if (platform() !== "linux") return;
  expect(await valueOf("reelay_worker_ffmpeg_cpu_seconds_total")).toBeGreaterThan(0);
  expect(await valueOf("reelay_worker_ffmpeg_peak_memory_bytes")).toBeGreaterThan(1_000_000);
});
