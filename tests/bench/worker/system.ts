import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AnimationSettings,
  type CompositionSettings,
  isAudio,
  type Message,
  objectKeys,
  type Profile,
  type RenderState,
  type RenditionPart,
  type TaskRequested,
} from "@reelay/contracts";
import { createPubSubMessaging, liveReports } from "@reelay/messaging";
import { createLocalObjectStore } from "@reelay/object-store";
import { createBroker } from "../../../embedded/broker/index.ts";
import { cpuSecondsOf } from "../cpu-time.ts";

/** 144p to 1080p with the built-in ceilings; the rungs that the command by hand makes too. */
export const benchProfile: Profile = {
  name: "bench",
  rungs: [
    { name: "144p", height: 144, tier: "CRITICAL", codec: "H264", bitrateBps: 200_000 },
    { name: "240p", height: 240, tier: "CRITICAL", codec: "H264", bitrateBps: 400_000 },
    { name: "360p", height: 360, tier: "CRITICAL", codec: "H264", bitrateBps: 800_000 },
    { name: "480p", height: 480, tier: "CRITICAL", codec: "H264", bitrateBps: 1_400_000 },
    { name: "720p", height: 720, tier: "STANDARD", codec: "H264", bitrateBps: 3_500_000 },
    { name: "1080p", height: 1080, tier: "STANDARD", codec: "H264", bitrateBps: 6_000_000 },
  ],
  audio: { codec: "AAC", bitrateBps: 128_000 },
  segmentDurationMs: 4_000,
  gopDurationMs: 2_000,
};

export interface Rendered {
  /**
   * From the publication of the requests to the arrival of the last `task.completed.v1`, for each of them.
   */
  wallSeconds: number;
  /** Of the worker's process and its children meanwhile, for each of them. */
  cpuSeconds: number;
  /** From the publication to the first report that names segments of a variant, and of its sound. */
  firstPlayableSeconds: number;
  /** As the attempts reported it, for each of them: what is charged. */
  usage: { cpuSeconds: number; wallSeconds: number };
  /** Of the last one: what it reported of its parts. */
  parts: RenditionPart[];
}

interface RenderOptions {
  count?: number;
  animation?: AnimationSettings;
  composition?: CompositionSettings;
  known?: readonly RenditionPart[];
  isKept?: boolean;
  /** Waits until the worker is at rest. Default true. */
  rests?: boolean;
}

/**
 * For so long a worker at rest does nothing, or so little: longer than it waits for quiet before it measures
 * what it made.
 */
const restMs = 5_000;
const restCpuSeconds = 0.1;

/** The embedded broker and a local store in this process, and the real worker program in one of its own. */
export async function startSystem(directory: string, tools: { ffmpeg: string; ffprobe: string }) {
  await using resources = new AsyncDisposableStack();
  const broker = resources.use(await createBroker());
  const storeDirectory = join(directory, "store");
  const store = resources.use(
    createLocalObjectStore({ directory: storeDirectory, publicBaseUrl: "http://localhost:4000/media/" }),
  );
  const messaging = resources.use(
    createPubSubMessaging({ projectId: "bench", emulatorHost: broker.address }),
  );
  await messaging.provision();
  const listeners = new Set<(message: Message) => void>();
  resources.use(
    await messaging.consume(liveReports("bench"), async ({ message }) => {
      for (const listen of listeners) listen(message);
    }),
  );
  const worker = spawn(process.execPath, [join(import.meta.dirname, "../../../render-worker/main.ts")], {
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      METADATA_SERVER_DETECTION: "none",
      PUBSUB_PROJECT_ID: "bench",
      PUBSUB_EMULATOR_HOST: broker.address,
      STORE_DIRECTORY: storeDirectory,
      WORK_DIR: join(directory, "work"),
      FFMPEG_PATH: tools.ffmpeg,
      FFPROBE_PATH: tools.ffprobe,
      LOG_LEVEL: "warn",
      SPEECH: "flite",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(worker, "close");
  resources.defer(async () => {
    worker.kill("SIGTERM");
    await ended;
  });
  await waitFor(listeners, ended, (message) => message.type === "worker.seen.v1");
  const pid = worker.pid ?? 0;
  const owned = resources.move();
  return {
    /**
     * Has so many videos made that wait at once, one after the other. `animation`, `composition`: the file is
     * a script, or data, that is drawn so. `known`: parts of earlier ones. `isKept`: what is made stays.
     */
    async render(
      clip: string,
      { count = 1, animation, composition, known, isKept = false, rests = true }: RenderOptions = {},
    ): Promise<Rendered> {
      const tasks: TaskRequested[] = [];
      for (let index = 0; index < count; index += 1) {
        const videoId = randomUUID();
        const key = objectKeys.source(videoId, "clip.mp4");
        await store.put(key, { path: clip });
        tasks.push({
          type: "task.requested.v1",
          videoId,
          jobId: randomUUID(),
          taskId: randomUUID(),
          fencingToken: 0,
          kind: animation ? "ANIMATION" : composition ? "COMPOSITION" : "TRANSCODE",
          params: {
            ...{ version: 1, profile: benchProfile, keep: { variants: [], audio: null } },
            ...(animation && { animation }),
            ...(composition && { composition }),
            ...(known && { known }),
          },
          inputs: { source: { kind: "object", key } },
          requirements: { version: 1, runtime: animation ? "manim" : composition ? "template" : "ffmpeg" },
          pool: "cpu",
          priority: "STANDARD",
          requestedAt: new Date().toISOString(),
        });
      }
      const pending = new Set(tasks.map(({ taskId }) => taskId));
      const before = await cpuSecondsOf(pid);
      const startedAt = performance.now();
      const seconds = () => (performance.now() - startedAt) / 1_000;
      let firstPlayableSeconds = Number.NaN;
      let programSeconds = 0;
      let slotSeconds = 0;
      let parts: RenditionPart[] = [];
      const completed = waitFor(listeners, ended, (message) => {
        if (!("taskId" in message) || !pending.has(message.taskId)) return false;
        if (message.type === "task.failed.v1") throw new Error(`the render failed: ${message.error.message}`);
        if (
          Number.isNaN(firstPlayableSeconds) &&
          message.type === "task.advanced.v1" &&
          isPlayable(message.result as RenderState)
        ) {
          firstPlayableSeconds = seconds();
        }
        if (message.type === "task.completed.v1") {
          pending.delete(message.taskId);
          parts = (message.result as RenderState).parts ?? [];
          programSeconds += message.usage?.cpuSeconds ?? Number.NaN;
          slotSeconds += message.usage?.wallSeconds ?? Number.NaN;
        }
        return pending.size === 0;
      });
      for (const task of tasks) await messaging.publish(task);
      await completed;
      const wallSeconds = seconds() / count;
      const after = await cpuSecondsOf(pid);
      // The kernel does not pass on all of what a jail's processes used.
      const children = Math.max(programSeconds, after.children - before.children);
      const cpuSeconds = (after.own - before.own + children) / count;
      if (rests) await atRest(pid);
      if (!isKept) for (const { videoId } of tasks) await store.deletePrefix(objectKeys.video(videoId));
      const usage = { cpuSeconds: programSeconds / count, wallSeconds: slotSeconds / count };
      return { wallSeconds, cpuSeconds, firstPlayableSeconds, usage, parts };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * Whether a variant plays: its playlist, or a part that the API joins, has a segment, and so has the sound.
 */
const isPlayable = ({ audio, variants, parts = [] }: RenderState): boolean =>
  (audio === null || (audio.playlist?.segments ?? 0) > 0) &&
  (variants.some(({ playlist }) => playlist !== null && playlist.segments > 0) ||
    parts.some(({ rendition, segments }) => !isAudio(rendition) && segments.length > 0));

/**
 * What a worker finds out about a video after its end is done, too: it would share the machine with the other
 * side.
 */
async function atRest(pid: number): Promise<void> {
  for (let last = Number.NEGATIVE_INFINITY; ; await sleep(restMs)) {
    const { own, children } = await cpuSecondsOf(pid);
    if (own + children - last < restCpuSeconds) return;
    last = own + children;
  }
}

/**
 * Resolves with the first message that matches; rejects when the worker ends before, or the predicate throws.
 */
function waitFor(
  listeners: Set<(message: Message) => void>,
  ended: Promise<unknown>,
  matches: (message: Message) => boolean,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const listen = (message: Message) => {
    try {
      if (matches(message)) resolve();
    } catch (error) {
      reject(error);
    }
  };
  listeners.add(listen);
  void ended.then(() => reject(new Error("the worker ended; its words are above")));
  return promise.finally(() => listeners.delete(listen));
}
