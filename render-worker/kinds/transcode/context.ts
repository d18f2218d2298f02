import type { RenderState, TranscodeParams } from "@reelay/contracts";
import type { StateCell } from "../../attempt/index.ts";
import type { EncoderPool } from "../../media/devices/index.ts";
import type { MediaAttempt } from "../ffmpeg/index.ts";
import type { RenderMemory, Throughput } from "./capacity/index.ts";

/** State of transcoding that outlives a task. */
interface TranscodeShared {
  encoders: Pick<EncoderPool, "take" | "failed">;
  /** Pixels that this worker encodes per second. */
  throughput: Throughput;
  /** Measured memory of its renders. */
  renderMemory: RenderMemory;
}

export interface TranscodeAttempt extends MediaAttempt<TranscodeParams>, TranscodeShared {
  state: StateCell<RenderState>;
}
