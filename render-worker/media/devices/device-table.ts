import type { Device } from "@reelay/contracts";
import type { DeviceKind } from "../ffmpeg/index.ts";

/** How pictures are decoded and scaled without leaving a device. Each text is a piece of a command line or of a filter graph. */
export interface DecodeChain {
  /** ffmpeg's name of it, after `-hwaccel`. */
  hwaccel: string;
  scale: (width: number, height: number) => string;
  /** Only pictures that are marked as interlaced are touched, and each gives one. */
  deinterlace: string;
  /** To main memory, as what software encoders take. */
  download: string;
}

interface DeviceRow {
  /** Makes the device known to a process, under the name `gpu`; empty where encoders find it by themselves. */
  open: (id: string) => string;
  /** What tells an encoder that is fed from main memory which device to use. */
  select: (id: string) => string;
  /** Null: nothing is decoded there. */
  decode: DecodeChain | null;
  /** What a person calls it. */
  label: string;
}

/** What differs between devices. */
export const deviceTable: Record<DeviceKind, DeviceRow> = {
  CUDA: {
    open: (id) => `-init_hw_device cuda=gpu:${id}`,
    select: (id) => `-gpu ${id}`,
    decode: {
      hwaccel: "cuda",
      // Passing pictures through would let encoders hold the decoder's own few surfaces, until it has none left.
      scale: (width, height) => `scale_cuda=${width}:${height}:format=nv12:passthrough=0`,
      deinterlace: "yadif_cuda=mode=send_frame:deint=interlaced",
      download: "hwdownload,format=nv12,format=yuv420p",
    },
    label: "NVDEC",
  },
  QSV: {
    open: (id) => `-init_hw_device qsv=gpu:hw_any,child_device=${id}`,
    select: () => "",
    // Its decoders need the codec's name in the command line, and the same chip decodes through VAAPI.
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

/** A device of a kind that the table knows. */
export type KnownDevice = Device & { kind: DeviceKind };

/** The same chip may be there as several devices, and several as one kind. */
export const deviceKey = ({ kind, id }: Pick<KnownDevice, "kind" | "id">): string => `${kind} ${id}`;
