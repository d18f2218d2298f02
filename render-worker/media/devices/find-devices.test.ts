import { expect, test } from "vitest";
import { parseCudaList, parseNvidiaSmi, parseVaapiDriver } from "./find-devices.ts";

test("NVIDIA devices are read from NVENC's list", () => {
  const text =
    "[h264_nvenc @ 0x5637] [ GPU #0 - < NVIDIA L4 > has Compute SM 8.9 ]\n[h264_nvenc @ 0x5637] [ GPU #1 - < Tesla T4 > has Compute SM 7.5 ]\n";
  expect(parseCudaList(text)).toEqual([
    { id: "0", kind: "CUDA", name: "NVIDIA L4" },
    { id: "1", kind: "CUDA", name: "Tesla T4" },
  ]);
});

test("NVIDIA devices are read from nvidia-smi if only compute is allowed", () => {
  expect(parseNvidiaSmi("0, NVIDIA H100 80GB HBM3\n")).toEqual([
    { id: "0", kind: "CUDA", name: "NVIDIA H100 80GB HBM3" },
  ]);
  expect(
    parseNvidiaSmi("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."),
  ).toEqual([]);
});

test.each([
  [
    "[AVHWDeviceContext @ 0x1] VAAPI driver: Intel iHD driver for Intel(R) Gen Graphics - 23.1.1 ().",
    "Intel iHD driver for Intel(R) Gen Graphics",
  ],
  [
    "[AVHWDeviceContext @ 0x1] VAAPI driver: Mesa Gallium driver 22.3.6 for AMD Radeon RX 6600 (navi23, LLVM 15.0.6, DRM 3.49).",
    "Mesa Gallium driver 22.3.6 for AMD Radeon RX 6600",
  ],
  ["[AVHWDeviceContext @ 0x1] No VA display found for device /dev/dri/renderD128.", null],
])("a render node is named after its driver", (text, name) => {
  expect(parseVaapiDriver(text)).toBe(name);
});
