import { once } from "node:events";
import { createReadStream } from "node:fs";
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createJail,
  createNoJail,
  type Jail,
  type JailRequest,
  locateFfmpeg,
} from "../../../render-worker/index.ts";
import { runJailed } from "../../../render-worker/jail/run-jailed.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { show, summarize } from "../statistics.ts";
import { findOrMakeClip } from "../worker/clip.ts";

const goals = { cpu: 1.02, throughput: 0.98 };

/**
 * What the jail costs: to start a program, to encode, and to read a source through its relay; each level
 * against none, in turns.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const { PATH = "", FFMPEG_PATH, FFPROBE_PATH } = process.env;
  const { ffmpeg } = await locateFfmpeg({ path: PATH, ffmpegPath: FFMPEG_PATH, ffprobePath: FFPROBE_PATH });
  const jails: Jail[] = [
    createNoJail(),
    await createJail({ sandbox: "auto", path: PATH, strongest: "LIMITED" }),
    await createJail({ sandbox: "auto", path: PATH }),
  ];
  print(`jail: levels ${jails.map(({ level }) => level).join(", ")}`);
  const clip = await findOrMakeClip(ffmpeg.path, isShort ? 20 : 60, print);
  const figures: Figures = {};
  const measure = async (name: string, rounds: number, once: (jail: Jail) => Promise<number>) => {
    const values = new Map(jails.map((jail) => [jail, [] as number[]]));
    for (let round = 0; round < rounds; round += 1)
      for (const jail of round % 2 === 0 ? jails : jails.toReversed())
        values.get(jail)?.push(await once(jail));
    return jails.map((jail) => {
      const summary = summarize(values.get(jail) ?? []);
      figures[`jail.${jail.level}.${name}`] = summary.median;
      return { level: jail.level, summary };
    });
  };

  const starts = await measure("startMs", isShort ? 5 : 40, async (jail) => {
    const begun = performance.now();
    await call(jail, { path: "/bin/true", args: [] });
    return performance.now() - begun;
  });
  print(
    `jail: a program that does nothing: ${starts.map(({ level, summary }) => `${level} ${show(summary, 1, " ms")}`).join("; ")}`,
  );

  const encode = [
    "-v",
    "error",
    "-benchmark",
    "-i",
    clip,
    "-an",
    "-vf",
    "scale=-2:720",
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-f",
    "null",
    "-",
  ];
  const walls = new Map(jails.map((jail) => [jail, [] as number[]]));
  const encodes = await measure("encodeCpuSeconds", isShort ? 2 : 6, async (jail) => {
    const begun = performance.now();
    const { stderr, stdout } = await call(jail, {
      path: ffmpeg.path,
      args: encode.with(1, "info"),
      readable: [clip],
    });
    walls.get(jail)?.push((performance.now() - begun) / 1000);
    const used = /utime=([\d.]+)s stime=([\d.]+)s/.exec(stderr + stdout);
    return Number(used?.[1]) + Number(used?.[2]);
  });
  const wallOf = (index: number) => summarize(walls.get(jails[index] as Jail) ?? []).median;
  for (const [index, { level, summary }] of encodes.entries()) {
    const cpu = summary.median / (encodes[0]?.summary.median ?? Number.NaN);
    const throughput = wallOf(0) / wallOf(index);
    Object.assign(figures, {
      [`jail.${level}.encodeCpuRatio`]: cpu,
      [`jail.${level}.encodeThroughputRatio`]: throughput,
    });
    print(
      `jail: encode ${level}: CPU ${show(summary, 2, " s")}, ratio ${cpu.toFixed(3)} (goal ${goals.cpu}); throughput ratio ${throughput.toFixed(3)} (goal ${goals.throughput})`,
    );
  }

  await using source = await serve(clip);
  const sizeBytes = (await stat(clip)).size;
  const reads = await measure("sourceMBps", isShort ? 3 : 10, async (jail) => {
    const begun = performance.now();
    const args = [
      "-v",
      "error",
      "-i",
      `${jail.sourceOrigin(source.address)}/clip.mp4`,
      "-c",
      "copy",
      "-f",
      "null",
      "-",
    ];
    await call(jail, { path: ffmpeg.path, args, source: source.address });
    return sizeBytes / 1e6 / ((performance.now() - begun) / 1000);
  });
  print(
    `jail: a source of ${(sizeBytes / 1e6).toFixed(0)} MB read from the worker, start included: ${reads.map(({ level, summary }) => `${level} ${show(summary, 0, " MB/s")}`).join("; ")}`,
  );
  return figures;
}

async function call(jail: Jail, request: Pick<JailRequest, "path" | "args" | "readable" | "source">) {
  const ended = await runJailed(
    jail,
    { ...request, env: {}, limits: { processes: 512, openFiles: 256 } },
    300_000,
  );
  if (ended.code !== 0)
    throw new Error(`${request.path} ended with ${ended.code ?? ended.signal}: ${ended.stderr.slice(-500)}`);
  return ended;
}

/** The clip by ranges, on a port and on a socket: what a source server costs itself is the same on both. */
async function serve(clip: string) {
  const folder = await mkdtemp(join(tmpdir(), "reelay-bench-source-"));
  await chmod(folder, 0o711);
  const { size } = await stat(clip);
  const answering = () =>
    createServer((request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.writeHead(206, {
        "accept-ranges": "bytes",
        "content-length": size - start,
        "content-range": `bytes ${start}-${size - 1}/${size}`,
      });
      const bytes = createReadStream(clip, { start, highWaterMark: 256 * 1024 });
      response.once("close", () => bytes.destroy());
      bytes.pipe(response);
    });
  const [byPort, bySocket] = [answering(), answering()];
  const socketPath = join(folder, "socket");
  byPort.listen(0, "127.0.0.1");
  await once(byPort, "listening");
  bySocket.listen({ path: socketPath, readableAll: true, writableAll: true });
  await once(bySocket, "listening");
  const close = async (server: Server) => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return {
    address: { socketPath, port: (byPort.address() as AddressInfo).port },
    async [Symbol.asyncDispose]() {
      await Promise.all([close(byPort), close(bySocket)]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
