import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../testing/kit.ts";
import { runFfmpeg } from "./run-ffmpeg.ts";
import { runTool } from "./run-tool.ts";

/** True so many times. */
function excuses(times: number) {
  let asked = 0;
  return { isExcused: () => (asked += 1) <= times, asked: () => asked };
}

test("a tool that waits for bytes which are still on their way gets its time again, and not for ever", async () => {
  const { isExcused, asked } = excuses(2);
  const result = await runTool("/bin/sleep", ["60"], { timeoutMs: 20, isExcused });
  expect([result.timedOut, asked()]).toEqual([true, 3]);
});

test("an encoder that is held, or waits for its source, is not taken for stalled", async () => {
  await using directory = await temporaryDirectory();
  // Asked for its formats it has none; told to render it hangs.
  const ffmpegPath = join(directory.path, "ffmpeg");
  await writeFile(ffmpegPath, '#!/bin/sh\ncase "$*" in *a.mp4) exec sleep 60;; esac\n');
  await chmod(ffmpegPath, 0o755);
  const { isExcused, asked } = excuses(2);
  const plan = { ...{ inputOptions: [], input: "file:a", filterGraph: null }, directory: directory.path };
  const outputs = [{ name: "a", options: [], path: "a.mp4" }];
  const { signal } = new AbortController();
  const result = await runFfmpeg({ ...plan, outputs }, { ffmpegPath, signal, stallTimeoutMs: 20, isExcused });
  expect([result.isStalled, asked()]).toEqual([true, 3]);
});
