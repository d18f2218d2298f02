import { describe, expect, test } from "vitest";
import { allTools } from "../../testing/kit.ts";
import { runTool } from "../../testing/run-tool.ts";
import { sourceFormats } from "./source-formats.ts";

/** The decoders or demuxers of these builds, by the name that ffmpeg compares. */
async function listed(what: "-decoders" | "-demuxers"): Promise<Set<string>> {
  const texts = await Promise.all(
    (await allTools()).map(({ ffmpeg }) =>
      runTool(ffmpeg.path, ["-hide_banner", what], { timeoutMs: 100_000 }),
    ),
  );
  const lines = texts.flatMap(({ stdout }) => stdout.split("\n"));
  return new Set(lines.map((line) => line.trim().split(/\s+/)[1] ?? ""));
}

describe("ffmpeg supports every allowed name", () => {
  test("decoders, except libraries that neither build has", async () => {
    const known = await listed("-decoders");
    const unknown = sourceFormats.ALL.decoders.filter((name) => !known.has(name) && !name.startsWith("lib"));
    expect(unknown).toEqual([]);
  });

  test("formats", async () => {
    const known = await listed("-demuxers");
    expect(sourceFormats.ALL.formats.filter((name) => !known.has(name))).toEqual([]);
  });
});

test("the common set excludes rarely used decoders, and the wide set includes the common set", () => {
  const { decoders, formats } = sourceFormats.COMMON;
  for (const rare of ["magicyuv", "cinepak", "indeo5", "svq3", "snow", "camtasia"]) {
    expect(decoders).not.toContain(rare);
  }
  expect(sourceFormats.ALL.decoders).toEqual(expect.arrayContaining([...decoders]));
  expect(sourceFormats.ALL.formats).toEqual(expect.arrayContaining([...formats]));
  for (const { decoders: each } of Object.values(sourceFormats)) expect(new Set(each).size).toBe(each.length);
});
