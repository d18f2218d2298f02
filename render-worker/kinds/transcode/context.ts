import type { EncoderPool } from "../../media/devices/encoder-pool.ts";
import type { MediaAttempt } from "../ffmpeg/runtime.ts";
import type { RenderMemory } from "./capacity/render-memory.ts";
import type { Throughput } from "./capacity/throughput.ts";

/** What transcoding keeps from task to task on one worker. */
export interface TranscodeShared {
  encoders: Pick<EncoderPool, "take" | "failed">;
  /** Pixels that this worker encodes per second. */
  throughput: Throughput;
  /** Memory that its renders turned out to need. */
  renderMemory: RenderMemory;
}

export interface TranscodeAttempt extends MediaAttempt, TranscodeShared {}
