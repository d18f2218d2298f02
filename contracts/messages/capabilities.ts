import { z } from "zod";

/** A GPU or another device that encodes and decodes. */
export const Device = z.object({
  /** Number (`0`) or path (`/dev/dri/renderD128`) as ffmpeg expects it; unique within its kind. */
  id: z.string(),
  /** ffmpeg's interface: `CUDA`, `QSV`, `VAAPI`, `VIDEOTOOLBOX`. */
  kind: z.string(),
  /** Name from its driver, e.g. `NVIDIA L4`; its id if the driver reports none. */
  name: z.string(),
});
export type Device = z.infer<typeof Device>;

const onDevice = {
  /** Id of its device; null: software. */
  device: z.string().nullable(),
  deviceName: z.string().nullable(),
};

export const EncoderCapability = z.object({
  /** ffmpeg's name, e.g. `h264_nvenc`. */
  name: z.string(),
  /** As in a rung: `H264`, `HEVC`, `AV1`. */
  codec: z.string(),
  ...onDevice,
});
export type EncoderCapability = z.infer<typeof EncoderCapability>;

export const DecoderCapability = z.object({
  /** ffmpeg's name, e.g. `cuda`. */
  name: z.string(),
  /** As in a probe: `h264`, `hevc`. */
  codec: z.string(),
  ...onDevice,
});
export type DecoderCapability = z.infer<typeof DecoderCapability>;

/** The encoders and decoders of a worker that passed a trial and have not been given up since. */
export const Capabilities = z.object({
  devices: z.array(Device),
  encoders: z.array(EncoderCapability),
  /** On devices. ffmpeg's software decoders are always available. */
  decoders: z.array(DecoderCapability),
});
export type Capabilities = z.infer<typeof Capabilities>;
