import type { RenderState, TranscodeParams } from "@reelay/contracts";
import type { StateCell } from "../../attempt/index.ts";
import type { EncoderPool } from "../../media/devices/index.ts";
import type { MediaAttempt } from "../ffmpeg/index.ts";
import type { RenderMemory, Throughput } from "./capacity/index.ts";

/** What transcoding keeps from task to task on one worker. */
interface TranscodeShared {
  encoders: Pick<EncoderPool, "take" | "failed">;
  /** Pixels that this worker encodes per second. */
  throughput: Throughput;
  /** Memory that its renders turned out to need. */
  renderMemory: RenderMemory;
}

export interface TranscodeAttempt extends MediaAttempt<TranscodeParams>, TranscodeShared {
  state: StateCell<RenderState>;
}
