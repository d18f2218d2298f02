import { expect, test } from "vitest";
import type { ProgramResult } from "../../programs/result.ts";
import { encoderTable } from "../ffmpeg/encoder-table.ts";
import { blameDevice } from "./blame-device.ts";
import type { DevicePlan } from "./choose-devices.ts";
import type { KnownDevice } from "./device-table.ts";

const gpu: KnownDevice = { id: "0", kind: "CUDA", name: "NVIDIA L4" };
const row = (name: string) => {
  const found = encoderTable.find((candidate) => candidate.name === name);
  if (!found) throw new Error(name);
  return found;
};
const plan = (decodeOn: KnownDevice | null, ...names: string[]): DevicePlan => ({
  decodeOn,
  encoders: new Map(
    names.map((name) => [name, { row: row(name), device: row(name).device === null ? null : gpu }]),
  ),
});
const ended = (
  stderr: string,
  how: Partial<Pick<ProgramResult, "endedFor" | "signal">> = {},
): Pick<ProgramResult, "endedFor" | "signal" | "stderr"> => ({
  signal: null,
  endedFor: null,
  stderr: `${stderr}\n`,
  ...how,
});
const nvenc = plan(null, "h264_nvenc", "libx264");

test.each([
  [
    "all its sessions are in use",
    "[h264_nvenc @ 0x55e0b7f9c3c0] OpenEncodeSessionEx failed: out of memory (10): (no details)\nError initializing output stream 0:0 -- Error while opening encoder for output stream #0:0",
    "OpenEncodeSessionEx failed: out of memory (10): (no details)",
  ],
  [
    "it fails midway (in ffmpeg 7's log format)",
    "[vost#0:0/h264_nvenc @ 0x55883159fe80] Error submitting video frame to the encoder\n[out#0/hls @ 0x558831] Task finished",
    "Error submitting video frame to the encoder",
  ],
  [
    "its driver fails",
    "Error while filtering: cu->cuMemAllocAsync failed -> CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered",
    "Error while filtering: cu->cuMemAllocAsync failed -> CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered",
  ],
])("an encoder is blamed when %s", (_what, log, reason) => {
  expect(blameDevice(ended(log), nvenc, "h264")).toEqual({
    keys: ["h264_nvenc 0"],
    what: "h264_nvenc on NVIDIA L4",
    reason,
  });
});

test("of several encoders, the one that logged the error is blamed", () => {
  const both = plan(null, "h264_nvenc", "hevc_nvenc");
  const log = "[hevc_nvenc @ 0x1] EncodePicture failed!: generic error (20): (no details)";
  expect(blameDevice(ended(log), both, "h264")?.keys).toEqual(["hevc_nvenc 0"]);
});

test("an encode that stalls on a device is the device's failure", () => {
  const result = ended("", { endedFor: "STALLED", signal: "SIGTERM" });
  expect(blameDevice(result, nvenc, "h264")?.keys).toEqual(["h264_nvenc 0"]);
});

test("an error that no encoder logged is blamed on the device's decoder, so that software confirms it", () => {
  const result = ended("[h264 @ 0x55] Invalid data found when processing input");
  expect(blameDevice(result, plan(gpu, "h264_nvenc"), "h264")).toEqual({
    keys: ["decoder h264 CUDA 0"],
    what: "NVDEC on NVIDIA L4",
    reason: "Invalid data found when processing input",
  });
  const gone = ended(
    "[AVHWDeviceContext @ 0x1] cu->cuInit(0) failed -> CUDA_ERROR_NO_DEVICE\nDevice creation failed: -1.",
  );
  expect(blameDevice(gone, plan(gpu, "h264_nvenc"), "h264")?.keys).toEqual([
    "decoder h264 CUDA 0",
    "h264_nvenc 0",
  ]);
});

test.each([
  [
    "the disk is full",
    ended("[h264_nvenc @ 0x1] x\nav_interleaved_write_frame(): No space left on device"),
    nvenc,
  ],
  ["ffmpeg was killed from outside", ended("", { signal: "SIGKILL" }), nvenc],
  ["the source is damaged", ended("[mov @ 0x1] Invalid data found when processing input"), nvenc],
  [
    "no device was used",
    ended("[libx264 @ 0x1] broken ffmpeg default settings detected"),
    plan(null, "libx264"),
  ],
])("no device is blamed when %s", (_what, result, used) => {
  expect(blameDevice(result, used, "h264")).toBeNull();
});
