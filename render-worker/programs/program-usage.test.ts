import { platform } from "node:os";
import { expect, test } from "vitest";
import { runTool } from "../testing/run-tool.ts";
import { ProgramUsage } from "./program-usage.ts";

/** Long enough to be sampled. */
const busy = () =>
  runTool("/bin/sh", ["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"], { timeoutMs: 30_000 });

test.runIf(platform() === "linux")(
  "a program's usage counts for its part of the work and for the whole",
  async () => {
    using whole = new ProgramUsage();
    await whole.around(async () => {
      using part = new ProgramUsage();
      await busy();
      expect(part.read()).toBeNull();
      await part.around(busy);
      expect(part.read()?.peakMemoryBytes).toBeGreaterThan(0);
      expect(whole.read()?.cpuSeconds).toBeGreaterThan(part.read()?.cpuSeconds ?? Number.NaN);
    });
  },
);
