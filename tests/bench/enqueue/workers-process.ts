/**
 * Workers that take tasks as fast as they come and report one finished variant each, without rendering
 * anything.
 */
import { randomUUID } from "node:crypto";
import {
  DEFAULT_START_WITHIN_MS,
  kindDefinitions,
  objectKeys,
  type RenderState,
  type TaskRequested,
} from "@reelay/contracts";
import { createPubSubMessaging, type Messaging, tasksOf } from "@reelay/messaging";

const [, , emulatorHost = "", count = "20"] = process.argv;
const stopping = new AbortController();
const startedAt = new Date().toISOString();

const finished = ({ videoId }: TaskRequested, attemptId: string): RenderState => ({
  source: null,
  audio: null,
  posterKey: null,
  variants: [
    {
      name: "144p",
      index: 0,
      tier: "CRITICAL",
      status: "READY",
      codec: "H264",
      width: 256,
      height: 144,
      frameRate: 30,
      bitrateBps: 120_000,
      skipReason: null,
      error: null,
      playlist: {
        key: objectKeys.attemptFile(videoId, attemptId, "144p", "index.m3u8"),
        codecs: "avc1.64000c",
        bandwidthBps: 130_000,
        averageBandwidthBps: 120_000,
        segments: 1,
        durationMs: 4_000,
        sizeBytes: 60_000,
        isComplete: true,
      },
    },
  ],
});

async function work(messaging: Messaging, workerId: string): Promise<void> {
  const beat = (isStopping: boolean) =>
    messaging.publish({
      type: "worker.seen.v1",
      workerId,
      at: new Date().toISOString(),
      startedAt,
      hostname: "bench",
      version: "0",
      offer: {
        pools: ["cpu"],
        slots: 1,
        kinds: Object.keys(kindDefinitions).map((name) => ({ name, runtime: "ffmpeg", version: "0" })),
        encoders: [],
        startWithinMs: DEFAULT_START_WITHIN_MS,
      },
      attempts: [],
      isStopping,
    });
  await beat(false);
  const timer = setInterval(() => void beat(false), 5_000);
  while (!stopping.signal.aborted) {
    const [delivery] = await messaging.pull(tasksOf("cpu", "TRANSCODE"), 1, stopping.signal);
    if (!delivery) continue;
    const { message } = delivery;
    if (message.type === "task.requested.v1") {
      const { videoId, jobId, taskId, fencingToken, kind } = message;
      const attemptId = randomUUID();
      const at = new Date().toISOString();
      const ref = { videoId, jobId, taskId, attemptId, fencingToken, workerId, kind, at };
      await messaging.publish({ type: "task.started.v1", ...ref });
      await delivery.ack();
      const result = finished(message, attemptId);
      await messaging.publish({ type: "task.completed.v1", ...ref, sequence: 1, result });
    } else await delivery.ack();
  }
  clearInterval(timer);
}

const messaging = createPubSubMessaging({ projectId: "reelay", emulatorHost });
process.once("disconnect", () => stopping.abort());
process.send?.("ready");
await Promise.all(Array.from({ length: Number(count) }, (_, index) => work(messaging, `no-op-${index}`)));
await messaging[Symbol.asyncDispose]();
