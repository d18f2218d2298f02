import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crc32cOf } from "./crc32c.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "reelay-crc32c-"));
});
afterAll(() => rm(directory, { recursive: true }));

test("the checksum matches RFC 3720 and Cloud Storage", async () => {
  // "123456789" is the check value in the CRC catalogue; the 32 zeros are from RFC 3720, B.4.
  expect(await crc32cOf("123456789")).toBe(Buffer.from("e3069283", "hex").toString("base64"));
  expect(await crc32cOf(Buffer.alloc(32))).toBe(Buffer.from("8a9136aa", "hex").toString("base64"));
  expect(await crc32cOf("")).toBe("AAAAAA==");
});

test("memory, a file and a chunked stream have the same checksum, even when read concurrently", async () => {
  const bytes = Buffer.from(Array.from({ length: 700_001 }, (_, index) => (index * 31) % 251));
  const path = join(directory, "file");
  await writeFile(path, bytes);
  const pieces = Array.from({ length: 8 }, (_, index) =>
    bytes.subarray(index * 100_000, (index + 1) * 100_000),
  );
  const sums = await Promise.all([
    crc32cOf(bytes),
    crc32cOf({ path }),
    crc32cOf(Readable.from(pieces)),
    crc32cOf({ path }),
  ]);
  expect(new Set(sums).size).toBe(1);
});

test("one changed bit changes the checksum", async () => {
  const bytes = Buffer.alloc(100_000, 7);
  const before = await crc32cOf(bytes);
  bytes[54_321] = 6;
  expect(await crc32cOf(bytes)).not.toBe(before);
});

test("a missing file rejects", async () => {
  await expect(crc32cOf({ path: join(directory, "none") })).rejects.toThrow("ENOENT");
});
