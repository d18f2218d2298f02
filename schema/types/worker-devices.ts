import { Capabilities, type DecoderCapability, type Device, type EncoderCapability } from "@reelay/contracts";
import { builder } from "../builder.ts";

const none: Capabilities = { devices: [], encoders: [], decoders: [] };

/** What a worker said of its devices: nothing, if it is one that does not. */
export const capabilitiesOf = ({ capabilities }: { capabilities: unknown }): Capabilities =>
  Capabilities.safeParse(capabilities).data ?? none;

export const DeviceType = builder.objectRef<Device>("WorkerDevice").implement({
  description: "A GPU, or what else encodes and decodes beside the processor.",
  fields: (t) => ({
    device: t.exposeString("id", { description: "Its number or its path there, e.g. `0`." }),
    kind: t.exposeString("kind", {
      description: "How ffmpeg speaks to it: `CUDA`, `QSV`, `VAAPI` or `VIDEOTOOLBOX`.",
    }),
    name: t.exposeString("name", { description: "What its driver calls it, e.g. `NVIDIA L4`." }),
  }),
});

export const EncoderType = builder.objectRef<EncoderCapability>("WorkerEncoder").implement({
  description: "An encoder that works there.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "ffmpeg's name of it, e.g. `h264_nvenc`." }),
    codec: t.exposeString("codec", { description: "What it makes, e.g. `H264`." }),
    device: t.exposeString("device", {
      nullable: true,
      description: "The device that it works on; null: software.",
    }),
    deviceName: t.exposeString("deviceName", { nullable: true, description: "That device's name." }),
  }),
});

export const DecoderType = builder.objectRef<DecoderCapability>("WorkerDecoder").implement({
  description: "A decoder on a device that works there.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "How ffmpeg reaches it, e.g. `cuda`." }),
    codec: t.exposeString("codec", { description: "What it reads, e.g. `hevc`." }),
    device: t.exposeString("device", { nullable: true, description: "The device that it works on." }),
    deviceName: t.exposeString("deviceName", { nullable: true, description: "That device's name." }),
  }),
});
