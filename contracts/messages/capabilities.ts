import { z } from "zod";

/** A GPU, or what else encodes and decodes beside the processor. */
export const Device = z.object({
  /** Its number (`0`) or its path (`/dev/dri/renderD128`), as ffmpeg is told; unique within its kind. */
  id: z.string(),
  /** How ffmpeg speaks to it: `CUDA`, `QSV`, `VAAPI`, `VIDEOTOOLBOX`. */
  kind: z.string(),
  /** What its driver calls it, e.g. `NVIDIA L4`; its id where nobody says. */
  name: z.string(),
});
export type Device = z.infer<typeof Device>;

const onDevice = {
  /** The id of its device; null: software. */
  device: z.string().nullable(),
  deviceName: z.string().nullable(),
};

export const EncoderCapability = z.object({
  /** ffmpeg's, e.g. `h264_nvenc`. */
  name: z.string(),
  /** As in a rung: `H264`, `HEVC`, `AV1`. */
  codec: z.string(),
  ...onDevice,
});
export type EncoderCapability = z.infer<typeof EncoderCapability>;

export const DecoderCapability = z.object({
  /** How ffmpeg reaches it, e.g. `cuda`. */
  name: z.string(),
  /** As in a probe: `h264`, `hevc`. */
  codec: z.string(),
  ...onDevice,
});
export type DecoderCapability = z.infer<typeof DecoderCapability>;

/** What works on a worker: each was tried with real pictures, and none has failed since so that it was given up. */
export const Capabilities = z.object({
  devices: z.array(Device),
  encoders: z.array(EncoderCapability),
  /** On devices; ffmpeg's own decoders are always there besides. */
  decoders: z.array(DecoderCapability),
});
export type Capabilities = z.infer<typeof Capabilities>;

/** An encoder or decoder that failed while it worked, and what took its place in the same attempt. */
export const EncoderChange = z.object({
  /** E.g. `h264_nvenc on NVIDIA L4`. */
  from: z.string(),
  /** E.g. `libx264`. */
  to: z.string(),
  /** What the failed one said, in a line. */
  reason: z.string(),
  /** Variants that were made again from their beginning. */
  variants: z.array(z.string()),
  at: z.iso.datetime(),
});
export type EncoderChange = z.infer<typeof EncoderChange>;
