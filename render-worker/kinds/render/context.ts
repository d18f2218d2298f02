import type { RenderState, TranscodeParams, VariantsParams } from "@reelay/contracts";
import type { StateCell } from "../../attempt/index.ts";
import type { EncoderPool } from "../../media/devices/index.ts";
import type { MediaAttempt } from "../ffmpeg/index.ts";
import type { RenderMemory, Throughput } from "./capacity/index.ts";

/** State that all encodes of a worker share. */
export interface RenderShared {
  encoders: Pick<EncoderPool, "take" | "failed" | "capabilities">;
  /** Pixels that this worker encodes per second. */
  throughput: Throughput;
  /** Measured memory of its renders. */
  renderMemory: RenderMemory;
}

/** The parameters of a kind that produces variants. Only a source with random access is rendered in parts. */
export type RenderParams = VariantsParams & Pick<TranscodeParams, "part" | "ladder">;

export interface RenderAttempt extends MediaAttempt<RenderParams>, RenderShared {
  state: StateCell<RenderState>;
}
