import { expect, test } from "vitest";
import { box } from "../testing/box.ts";
import { codecString } from "./codec-string.ts";

/** An initialisation segment with one track of this sample entry. */
const initOf = (entry: string, headBytes: number, config: string, bytes: string): Buffer => {
  const sample = box(entry, Buffer.alloc(headBytes), box(config, Buffer.from(bytes, "hex")));
  const stsd = box("stsd", Buffer.from("0000000000000001", "hex"), sample);
  const trak = box("trak", box("mdia", box("minf", box("stbl", stsd))));
  return Buffer.concat([box("ftyp"), box("moov", box("mvhd", Buffer.alloc(100)), trak)]);
};

test.each([
  ["avc1", 78, "avcC", "0164001fffe1", "avc1.64001F"],
  // The examples of ISO 14496-15, E.3, and what x265 writes.
  ["hvc1", 78, "hvcC", `01016000000090000000000 05d`.replaceAll(" ", ""), "hvc1.1.6.L93.90"],
  ["hev1", 78, "hvcC", "01022000000000000000000078", "hev1.2.4.L120"],
  ["hvc1", 78, "hvcC", "0161600000 00b00000000000 99".replaceAll(" ", ""), "hvc1.A1.6.H153.B0"],
  ["av01", 78, "av1C", "81000c00", "av01.0.00M.08"],
  ["av01", 78, "av1C", "8108cc00", "av01.0.08H.10"],
  [
    "mp4a",
    28,
    "esds",
    "000000000380808022000000048080801440150000000001f4000001f40005808080021190",
    "mp4a.40.2",
  ],
  // A bitrate of 384,000 b/s has a byte 05, as the descriptor's tag is.
  [
    "mp4a",
    28,
    "esds",
    "00000000038080802700010004808080194015000000 0005dc00 0005dc00 0580808007118 8".replaceAll(" ", ""),
    "mp4a.40.2",
  ],
])("%s", (entry, head, config, bytes, expected) => {
  expect(codecString(initOf(entry, head, config, bytes))).toBe(expected);
});

test("an unsupported codec and a truncated header have no codec string", () => {
  expect(codecString(initOf("vp09", 78, "vpcC", "00"))).toBeNull();
  expect(codecString(initOf("avc1", 78, "avcC", "01"))).toBeNull();
  expect(codecString(initOf("avc1", 78, "avcC", "0164001fffe1").subarray(0, -6))).toBeNull();
  expect(codecString(Buffer.alloc(0))).toBeNull();
});
