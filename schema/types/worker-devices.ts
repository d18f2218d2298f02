import type { DecoderCapability, Device, EncoderCapability } from "@reelay/contracts";
import { builder } from "../builder.ts";

export const DeviceType = builder.objectRef<Device>("WorkerDevice").implement({
  description: "A GPU or another device that encodes and decodes.",
  fields: (t) => ({
    device: t.exposeString("id", { description: "Its number or path on the worker, e.g. `0`." }),
    kind: t.exposeString("kind", {
      description: "ffmpeg's interface: `CUDA`, `QSV`, `VAAPI` or `VIDEOTOOLBOX`.",
    }),
    name: t.exposeString("name", { description: "Name from its driver, e.g. `NVIDIA L4`." }),
  }),
});

export const EncoderType = builder.objectRef<EncoderCapability>("WorkerEncoder").implement({
  description: "An encoder that works on the worker.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "ffmpeg's name, e.g. `h264_nvenc`." }),
    codec: t.exposeString("codec", { description: "Output codec, e.g. `H264`." }),
    device: t.exposeString("device", {
      nullable: true,
      description: "Its device. Null: software.",
    }),
    deviceName: t.exposeString("deviceName", { nullable: true, description: "That device's name." }),
  }),
});

export const DecoderType = builder.objectRef<DecoderCapability>("WorkerDecoder").implement({
  description: "A hardware decoder that works on the worker.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "ffmpeg's name, e.g. `cuda`." }),
    codec: t.exposeString("codec", { description: "Input codec, e.g. `hevc`." }),
    device: t.exposeString("device", { nullable: true, description: "Its device." }),
    deviceName: t.exposeString("deviceName", { nullable: true, description: "That device's name." }),
  }),
});
