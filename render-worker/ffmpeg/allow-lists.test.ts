import { describe, expect, test } from "vitest";
import { allTools } from "../testing/kit.ts";
import { allowedDecoders, allowedFormats } from "./allow-lists.ts";
import { runTool } from "./run-tool.ts";

/** What these builds have, each by the name that ffmpeg compares. */
async function listed(what: "-decoders" | "-demuxers"): Promise<Set<string>> {
  const texts = await Promise.all(
    (await allTools()).map(({ ffmpeg }) =>
      runTool(ffmpeg.path, ["-hide_banner", what], { timeoutMs: 20_000 }),
    ),
  );
  const lines = texts.flatMap(({ stdout }) => stdout.split("\n"));
  return new Set(lines.map((line) => line.trim().split(/\s+/)[1] ?? ""));
}

describe("what is allowed is called what ffmpeg calls it", () => {
  test("decoders, but for libraries that neither build has", async () => {
    const known = await listed("-decoders");
    expect(allowedDecoders.filter((name) => !known.has(name) && !name.startsWith("lib"))).toEqual([]);
  });

  test("formats", async () => {
    const known = await listed("-demuxers");
    expect(allowedFormats.filter((name) => !known.has(name))).toEqual([]);
  });
});
