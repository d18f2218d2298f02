import { randomUUID } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Message, objectKeys, type Profile } from "@reelay/contracts";
import { type Level, pino } from "pino";
import type { WorkerConfig } from "../config.ts";
import { createWorkerMetrics } from "../host/metrics.ts";
import { createJail } from "../jail/create-jail.ts";
import type { Jail } from "../jail/jail.ts";
import { type PrepareOptions, prepareKinds } from "../kinds/index.ts";
import { Programs } from "../media/ffmpeg/programs.ts";
import type { FfmpegTools } from "../media/ffmpeg/tools.ts";
import { findTools } from "../media/tools/find-tools.ts";
import { findTemplatePainter } from "../painters/index.ts";
import { findFakePainter } from "../painting/testing/find-fake-painter.ts";
import type { Access } from "../programs/program.ts";
import { createWorker } from "../worker.ts";
import { DirectoryStore } from "./directory-store.ts";
import { testEnv } from "./env.ts";
import { FakeMessaging } from "./fake-messaging.ts";
import { runTool } from "./run-tool.ts";
import type { AttemptState, RenderTask } from "./to-message.ts";
import { toMessage } from "./to-message.ts";

/** The built-in ladder, as the API sends it. */
export const defaultProfile: Profile = {
  name: "default",
  rungs: [
    { name: "144p", height: 144, tier: "CRITICAL", codec: "H264", bitrateBps: 200_000 },
    { name: "240p", height: 240, tier: "CRITICAL", codec: "H264", bitrateBps: 400_000 },
    { name: "360p", height: 360, tier: "CRITICAL", codec: "H264", bitrateBps: 800_000 },
    { name: "480p", height: 480, tier: "CRITICAL", codec: "H264", bitrateBps: 1_400_000 },
    { name: "540p", height: 540, tier: "STANDARD", codec: "H264", bitrateBps: 2_000_000 },
    { name: "720p", height: 720, tier: "STANDARD", codec: "H264", bitrateBps: 3_500_000, maxFrameRate: 60 },
    { name: "1080p", height: 1080, tier: "STANDARD", codec: "H264", bitrateBps: 6_000_000, maxFrameRate: 60 },
    { name: "1440p", height: 1440, tier: "PREMIUM", codec: "H264", bitrateBps: 12_000_000, maxFrameRate: 60 },
    { name: "2160p", height: 2160, tier: "PREMIUM", codec: "H264", bitrateBps: 24_000_000, maxFrameRate: 60 },
  ],
  audio: { codec: "AAC", bitrateBps: 128_000 },
  segmentDurationMs: 4_000,
  gopDurationMs: 2_000,
};

let found: Promise<FfmpegTools> | undefined;

/**
 * The tools of this test run: those of FFMPEG_PATH and FFPROBE_PATH, else those that npm ships. These are
 * linked statically and start in a quarter of the processor time that the system's take.
 */
export function testTools(): Promise<FfmpegTools> {
  found ??= testEnv["FFMPEG_PATH"]
    ? findUsedTools()
    : shippedTools().then((shipped) => (shipped ? withSsim(shipped) : findUsedTools()));
  return found;
}

/** Measures quality by SSIM: VMAF takes many times the processor time. */
const withSsim = (tools: FfmpegTools): FfmpegTools => ({
  ...tools,
  filters: tools.filters.filter((name) => name !== "libvmaf"),
});

/** Those that a worker finds in this environment: the configured ones, else the system's. */
const findUsedTools = (): Promise<FfmpegTools> => {
  const { FFMPEG_PATH, FFPROBE_PATH, FFMPEG_TRIALS_DIR, PATH } = testEnv;
  return findTools({
    ffmpegPath: FFMPEG_PATH,
    ffprobePath: FFPROBE_PATH,
    path: PATH ?? "",
    trialsDirectory: FFMPEG_TRIALS_DIR,
  });
};

let jail: Promise<Jail> | undefined;

/** The jail of this test run: the strongest that works here, as for a worker. */
export function testJail(): Promise<Jail> {
  jail ??= createJail({ sandbox: "auto", path: testEnv.PATH ?? "", folders: [tmpdir()] });
  return jail;
}

/** Programs for a test, with the same permissions as in a worker's attempt. */
export async function testPrograms(
  access: Access = {},
  tools?: Pick<FfmpegTools, "ffmpeg" | "ffprobe">,
): Promise<Programs> {
  const jail = await testJail();
  for (const folder of access.writable ?? []) await jail.adopt(folder);
  return new Programs(jail, tools ?? (await testTools()), access);
}

/** The tools that npm ships, with VMAF; null if there are none. */
export const shippedTools = (): Promise<FfmpegTools | null> =>
  findTools({ path: "", trialsDirectory: testEnv["FFMPEG_TRIALS_DIR"] }).catch(() => null);

/** The available tools of the system and of npm, with all filters. */
export async function fullTools(): Promise<FfmpegTools[]> {
  const [used, shipped] = await Promise.all([findUsedTools(), shippedTools()]);
  return shipped && shipped.ffmpeg.version !== used.ffmpeg.version ? [used, shipped] : [used];
}

/** The same without VMAF, for tests of times: releases differ in their handling. */
export const allTools = async (): Promise<FfmpegTools[]> => (await fullTools()).map(withSsim);

/**
 * Emulates a machine with one NVIDIA GPU that encodes H.264 (see `gpu-ffmpeg.ts`). `breaks` makes later
 * renders whose command line contains `part` fail midway with the message.
 */
export async function gpuTools(
  directory: string,
): Promise<{ tools: FfmpegTools; breaks: (part: string, message: string) => Promise<void> }> {
  const { ffmpeg, ffprobe } = await testTools();
  const launcher = join(directory, "gpu-ffmpeg");
  const script = new URL("gpu-ffmpeg.ts", import.meta.url).pathname;
  const line = [process.execPath, script, ffmpeg.path, directory].map((part) => `"${part}"`).join(" ");
  await writeFile(launcher, `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 });
  const found = await findTools({ ffmpegPath: launcher, ffprobePath: ffprobe.path, path: "" });
  return {
    tools: found,
    breaks: (part, message) => writeFile(join(directory, "fail"), JSON.stringify({ with: part, message })),
  };
}

/** A folder that is removed at the end. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "reelay-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Creates a clip with ffmpeg's own sources. */
export async function makeClip(path: string, args: readonly string[]): Promise<string> {
  const { ffmpeg } = await testTools();
  const result = await runTool(
    ffmpeg.path,
    ["-hide_banner", "-nostdin", "-v", "error", "-y", ...args, path],
    {
      timeoutMs: 300_000,
    },
  );
  if (result.code !== 0) throw new Error(`the clip could not be created: ${result.stderr}`);
  return path;
}

const sourceLimits = { sourceBytes: 1e9, sourceDurationMs: 4 * 36e5, sourcePixels: 34e6 };

/** For a worker that also accepts rare containers and codecs. */
export const withAllDecoders: Partial<WorkerConfig> = { limits: { ...sourceLimits, decoders: "ALL" } };

/** The kinds of a worker with `tools`, or those of this test run. */
export const testKinds = (options: Omit<PrepareOptions, "findFfmpeg" | "findPainter">, tools?: FfmpegTools) =>
  prepareKinds({
    ...options,
    findFfmpeg: async () => tools ?? (await testTools()),
    findPainter: async () => findFakePainter(options.jail),
    findTemplatePainter: () => findTemplatesOnce(options.jail),
  });

const templatePainters = new WeakMap<Jail, ReturnType<typeof findTemplatePainter>>();

/** It examines itself, which a test run needs once. */
function findTemplatesOnce(jail: Jail) {
  const found = templatePainters.get(jail) ?? findTemplatePainter(jail);
  templatePainters.set(jail, found);
  return found;
}

/** A worker with doubles for its two ports and real ffmpeg: `tools`, or those of this test run. */
export async function startWorker(
  overrides: Partial<WorkerConfig> = {},
  tools?: FfmpegTools,
  // A script in place of ffmpeg needs more than a jail exposes.
  jail = testJail(),
) {
  const directory = await temporaryDirectory();
  const store = new DirectoryStore(join(directory.path, "store"));
  await mkdir(store.directory);
  const messaging = new FakeMessaging();
  const config: WorkerConfig = {
    workerId: "worker-1",
    hostname: "test",
    version: "0.0.0",
    pools: ["cpu"],
    slots: 1,
    workDirectory: join(directory.path, "work"),
    limits: sourceLimits,
    fetch: {
      timeoutMs: 1e5,
      allowPrivate: [],
    },
    heartbeatMs: 5e3,
    progressMs: 250,
    stallTimeoutMs: 6e4,
    ...overrides,
  };
  const shown = testEnv["LOG_LEVEL"] ?? "silent";
  const lines: LogLine[] = [];
  const log = pino(
    { level: "debug" },
    pino.multistream([
      { level: "debug", stream: { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) } },
      ...(shown === "silent" ? [] : [{ level: shown as Level, stream: process.stdout }]),
    ]),
  );
  const metrics = createWorkerMetrics();
  const kinds = await testKinds({ config, jail: await jail, log, metrics }, tools);
  const worker = createWorker({ messaging, store, config, log, kinds, jail: await jail, metrics });
  await worker.start();
  return {
    worker,
    log,
    messaging,
    store,
    config,
    metrics,
    /** The log lines of an event so far. */
    logged: (event: string): LogLine[] => lines.filter(({ msg }) => msg === event),
    async request(path: string, changes: Partial<RenderTask> = {}): Promise<RenderTask> {
      const videoId = randomUUID();
      const key = objectKeys.source(videoId, "source.bin");
      await mkdir(dirname(store.path(key)), { recursive: true });
      await copyFile(path, store.path(key));
      const task: RenderTask = {
        type: "task.requested.v1",
        videoId,
        jobId: randomUUID(),
        taskId: randomUUID(),
        fencingToken: 0,
        kind: "TRANSCODE",
        requirements: { version: 1, runtime: "ffmpeg" },
        pool: "cpu",
        priority: "STANDARD",
        source: {
          kind: "object",
          key,
        },
        profile: defaultProfile,
        keep: {
          variants: [],
          audio: null,
        },
        requestedAt: new Date().toISOString(),
        ...changes,
      };
      messaging.enqueue(toMessage(task));
      return task;
    },
    async end({ taskId }: RenderTask) {
      const end = await messaging.until(
        (message): message is EndReport => isEnd(message) && message.taskId === taskId,
      );
      return { ...end, result: end.result as AttemptState };
    },
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** A line of the worker's log: the event, and its fields. */
export type LogLine = { msg: string } & Record<string, unknown>;

type EndReport = Extract<Message, { type: "task.completed.v1" | "task.failed.v1" | "task.stopped.v1" }>;
const isEnd = (message: Message): message is EndReport =>
  ["task.completed.v1", "task.failed.v1", "task.stopped.v1"].includes(message.type);
