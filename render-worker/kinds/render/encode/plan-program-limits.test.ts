import { expect, test } from "vitest";
import { softwareEncoder } from "../../../media/ffmpeg/encoder-for.ts";
import { planProgramLimits } from "./plan-program-limits.ts";

const allowance = { cpuSeconds: 600, outputBytes: 64e6 };
const software = {
  decodeOn: null,
  encoders: new Map([["360p", { row: softwareEncoder("H264"), device: null }]]),
};
const gpu = { id: "0", kind: "CUDA", name: "NVIDIA L4" } as const;

test("the jail's limits are above the worker's own, so that the worker reports an excess first", () => {
  expect(planProgramLimits(allowance, software, 1e9)).toEqual({
    ...{ cpuSeconds: 810, fileSizeBytes: 80e6, memoryBytes: 2 * 1024 ** 3 + 4e9 },
  });
});

test("a render on a device has no memory limit, because drivers map more than they use", () => {
  expect(planProgramLimits(allowance, { ...software, decodeOn: gpu }, 1e9)).not.toHaveProperty("memoryBytes");
});
