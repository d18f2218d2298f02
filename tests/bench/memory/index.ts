import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { documents } from "../../kit/api-client.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { makeLongClip } from "../engine/long-clip.ts";
import { startStage, upload } from "../engine/stage.ts";
import { bytesMoved, PeakMemory } from "./process-tree.ts";

const goal = 1.1;
/** Memory goes by pictures, not by how many of them make a second; and 4K takes its time. */
const rate = 10;
/** Of a long video: each lasts a minute at most, and what one leaves behind shows in the next. */
const chunksSeen = 3;
const mebibyte = 2 ** 20;

/**
 * Peak memory of a worker, with all that it starts, on a 4K source of one minute and on one of half an hour,
 * with the whole default ladder. A process of its own for each. Of the short one also how much was read and
 * written per byte of the source.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const size = isShort ? "1920x1080" : "3840x2160";
  const [short, long] = isShort ? [36, 180] : [60, 1_800];
  const whole = await render(size, short, print);
  const part = await render(size, long, print);
  const ratio = part.peakBytes / whole.peakBytes;
  const tell = ({ encodingBytes, measuringBytes }: typeof whole) =>
    `${Math.round(encodingBytes / mebibyte)} MiB, afterwards ${Math.round(measuringBytes / mebibyte)} MiB`;
  print(
    `memory: ${size}, ${short} s: peak of encoding ${tell(whole)}; ${long} s: ${tell(part)}; ratio of the peaks ${ratio.toFixed(2)} (goal ${goal})`,
  );
  print(
    `memory: per byte of the source, ${whole.readPerByte.toFixed(2)} read and ${whole.writtenPerByte.toFixed(2)} written, by system calls of the worker and its programs; ${whole.storedPerByte.toFixed(2)} stored`,
  );
  return {
    "memory.peakMebibytes": whole.peakBytes / mebibyte,
    "memory.longAgainstShort": ratio,
    "memory.readPerByte": whole.readPerByte,
    "memory.writtenPerByte": whole.writtenPerByte,
    "memory.storedPerByte": whole.storedPerByte,
  };
}

/**
 * Until the video is ready, or, of a longer one, until some chunks are and the rest is canceled; then on
 * until the worker has looked how good what it made became.
 */
async function render(size: string, seconds: number, print: (line: string) => void) {
  await using stage = await startStage({ workers: [{}] });
  const clip = await makeLongClip(stage.tools.ffmpeg, { kind: "standard", size, seconds, rate }, print);
  const { size: sourceBytes } = await stat(clip);
  const [pid = 0] = stage.workerPids;
  const before = await bytesMoved(pid);
  using encoding = new PeakMemory(pid);
  await upload(stage, clip);
  for (;;) {
    await sleep(500);
    const { status, error } = await stage.db.video.findFirstOrThrow();
    if (status === "FAILED") throw new Error(`the video of the bench failed: ${JSON.stringify(error)}`);
    const chunks = await stage.db.task.count({ where: { kind: "CHUNK", status: "SUCCEEDED" } });
    if (status === "READY" || chunks >= chunksSeen) break;
  }
  encoding[Symbol.dispose]();
  using measuring = new PeakMemory(pid);
  const { data } = await stage.client.ask("{ jobs(first: 1) { nodes { id } } }");
  await stage.client.ask(documents.cancel, { id: data.jobs.nodes[0].id });
  await stage.workersAtRest();
  const after = await bytesMoved(pid);
  const parts = await stage.db.variant.aggregate({ _sum: { sizeBytes: true } });
  return {
    encodingBytes: encoding.peakBytes,
    measuringBytes: measuring.peakBytes,
    peakBytes: Math.max(encoding.peakBytes, measuring.peakBytes),
    readPerByte: (after.read - before.read) / sourceBytes,
    writtenPerByte: (after.written - before.written) / sourceBytes,
    storedPerByte: Number(parts._sum.sizeBytes ?? 0) / sourceBytes,
  };
}
