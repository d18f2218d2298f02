import { expect, test } from "vitest";
import { checkUploadSize, toSafeFilename } from "./index.ts";

test.each([
  ["clip.mp4", "clip.mp4"],
  ["../../etc/passwd", "passwd"],
  ["C:\\videos\\My clip.MOV", "My-clip.MOV"],
  [".hidden", "hidden"],
  ["", "source"],
  ["a/b/", "source"],
  ["naïve 映画 🎬.webm", "naïve-映画-🎬.webm"],
  ["two\nlines?.mp4", "two-lines-.mp4"],
])("the file name %j becomes %j", (given, expected) => {
  expect(toSafeFilename(given)).toBe(expected);
});

test("a long file name is truncated to what every store supports, and keeps its extension", () => {
  const name = toSafeFilename(`${"映".repeat(500)}.mp4`);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(160);
  expect(name).toMatch(/\.mp4$/);
});

test("an upload's size out of bounds is refused with the limit and its setting", () => {
  const limit = { field: "upload.sizeBytes", maxBytes: 10, setting: "MATERIAL_MAX_BYTES" };
  expect(() => checkUploadSize(0, limit)).toThrow(/at least 1/);
  expect(() => checkUploadSize(11, limit)).toThrow(
    "upload.sizeBytes: is 11; the limit of this server is 10 bytes. Send a smaller file, or raise MATERIAL_MAX_BYTES.",
  );
});
