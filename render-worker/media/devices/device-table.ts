import type { Device } from "@reelay/contracts";
import type { DeviceKind } from "../ffmpeg/index.ts";

/** Decoding and scaling on a device. Each text is part of a command line or of a filter graph. */
export interface DecodeChain {
  /** ffmpeg's name, for `-hwaccel`. */
  hwaccel: string;
  scale: (width: number, height: number) => string;
  /** Processes only frames marked as interlaced, one output frame each. */
  deinterlace: string;
  /** Copies frames to main memory, for software encoders. */
  download: string;
}

interface DeviceRow {
  /** Opens the device under the name `gpu`. Empty if encoders find it automatically. */
  open: (id: string) => string;
  /** Selects the device of an encoder that reads frames from main memory. */
  select: (id: string) => string;
  /** Null: it decodes nothing. */
  decode: DecodeChain | null;
  /** Display name. */
  label: string;
}

/** The differences between kinds of devices. */
export const deviceTable: Record<DeviceKind, DeviceRow> = {
  CUDA: {
    open: (id) => `-init_hw_device cuda=gpu:${id}`,
    select: (id) => `-gpu ${id}`,
    decode: {
      hwaccel: "cuda",
      // If frames passed through unchanged, encoders would hold the decoder's few surfaces until none is
      // left.
      scale: (width, height) => `scale_cuda=${width}:${height}:format=nv12:passthrough=0`,
      deinterlace: "yadif_cuda=mode=send_frame:deint=interlaced",
      download: "hwdownload,format=nv12,format=yuv420p",
    },
    label: "NVDEC",
  },
  QSV: {
    open: (id) => `-init_hw_device qsv=gpu:hw_any,child_device=${id}`,
    select: () => "",
    // Its decoders need the codec's name on the command line, and VAAPI decodes on the same chip.
    decode: null,
    label: "Quick Sync",
  },
  VAAPI: {
    open: (id) => `-init_hw_device vaapi=gpu:${id}`,
    select: () => "",
    decode: {
      hwaccel: "vaapi",
      scale: (width, height) => `scale_vaapi=${width}:${height}:format=nv12`,
      deinterlace: "deinterlace_vaapi=rate=frame:auto=1",
      download: "hwdownload,format=nv12,format=yuv420p",
    },
    label: "VAAPI",
  },
  VIDEOTOOLBOX: { open: () => "", select: () => "", decode: null, label: "VideoToolbox" },
};

/** A device of a supported kind. */
export type KnownDevice = Device & { kind: DeviceKind };

/** The same chip may appear as several devices and kinds. */
export const deviceKey = ({ kind, id }: Pick<KnownDevice, "kind" | "id">): string => `${kind} ${id}`;
