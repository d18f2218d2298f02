import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { crc32cOf, createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { createSummingStore } from "../../../render-worker/store/summing-store.ts";
import { testTools } from "../../../render-worker/testing/kit.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { cpuSecondsOf } from "../cpu-time.ts";
import { show, summarize } from "../statistics.ts";

const segmentBytes = 1_500_000;
const prefix = "videos/bench/attempts/bench/";

/**
 * What checksums cost: storing segments with and without them, in turns, and the CPU time of the sums of one
 * encode beside that of the encode itself.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  await using resources = new AsyncDisposableStack();
  const directory = resources.adopt(await mkdtemp(join(tmpdir(), "reelay-bench-checksums-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const local = resources.use(
    createLocalObjectStore({ directory: join(directory, "store"), publicBaseUrl: "http://store/" }),
  );
  const bytes = randomBytes(segmentBytes);
  await crc32cOf(bytes);
  const segments = isShort ? 40 : 200;
  const rounds = isShort ? 3 : 9;
  const plain: number[] = [];
  const summed: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    plain.push(await storeRate(local, { directory, bytes, segments }));
    const { store } = createSummingStore(local, prefix);
    summed.push(await storeRate(store, { directory, bytes, segments }));
  }
  const ratios = summed.map((rate, index) => rate / (plain[index] ?? rate));
  print(`checksums: stored without, MB/s: ${show(summarize(plain), 0)}`);
  print(`checksums: stored with, MB/s: ${show(summarize(summed), 0)}`);
  print(`checksums: ratio ${show(summarize(ratios))}`);

  const encode = await encodeCpu(directory, isShort ? 10 : 60);
  const total = (encode.cpuSeconds + encode.sumCpuSeconds) / encode.cpuSeconds;
  print(
    `checksums: ${encode.cpuSeconds.toFixed(1)} s of CPU to encode ${(encode.bytes / 1e6).toFixed(1)} MB, ${(encode.sumCpuSeconds * 1_000).toFixed(1)} ms for their sums: ${total.toFixed(4)} (goal 1.02 at most)`,
  );
  return { checksums_put_ratio: summarize(ratios).median, checksums_encode_cpu_ratio: total };
}

/** Megabytes per second, as a worker stores: files that it has just written move into the store. */
async function storeRate(
  store: ObjectStore,
  { directory, bytes, segments }: { directory: string; bytes: Buffer; segments: number },
): Promise<number> {
  const paths = Array.from({ length: segments }, (_, index) => join(directory, `segment-${index}`));
  for (const path of paths) await writeFile(path, bytes);
  const startedAt = performance.now();
  for (const [index, path] of paths.entries()) await store.adopt(`${prefix}720p/${index}.m4s`, path);
  const seconds = (performance.now() - startedAt) / 1_000;
  await store.deletePrefix(prefix);
  return (segments * bytes.length) / 1e6 / seconds;
}

/**
 * One 1080p encode with the settings that a fast ladder has: the less CPU an encode takes, the more a sum
 * weighs.
 */
async function encodeCpu(directory: string, seconds: number) {
  const { ffmpeg } = await testTools();
  const output = join(directory, "encode");
  const before = await cpuSecondsOf(process.pid);
  const source = `testsrc2=s=1920x1080:r=30:d=${seconds},noise=alls=20:allf=t`;
  const args = ["-v", "error", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "veryfast"];
  const rate = ["-b:v", "5M", "-maxrate", "5M", "-bufsize", "10M", "-g", "60"];
  await promisify(execFile)("mkdir", ["-p", output]);
  const segment = ["-f", "segment", "-segment_time", "4", join(output, "%05d.ts")];
  await promisify(execFile)(ffmpeg.path, [...args, ...rate, ...segment]);
  const after = await cpuSecondsOf(process.pid);
  const paths = (await readdir(output)).map((name) => join(output, name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const started = process.cpuUsage();
  for (const path of paths) await crc32cOf({ path });
  const { user, system } = process.cpuUsage(started);
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    cpuSeconds: after.children - before.children,
    sumCpuSeconds: (user + system) / 1e6,
  };
}
