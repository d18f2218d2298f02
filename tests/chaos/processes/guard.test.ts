import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../kit/eventually.ts";
import { processesIn } from "./belonging.ts";

test.skipIf(process.platform !== "linux")(
  "a killed harness leaves no process and no file behind",
  async () => {
    const guard = path.join(import.meta.dirname, "guard.ts");
    // A harness with one recorded process, whose child is not recorded.
    const script = `
      import { spawn } from "node:child_process";
      import { openGuard } from ${JSON.stringify(guard)};
      const { folder } = await openGuard();
      const child = spawn("sh", ["-c", "sleep 300 & exec sleep 300"], { cwd: folder, detached: true });
      child.once("spawn", () => console.log(folder));
      setInterval(() => {}, 1_000);`;
    const harness = spawn(
      process.execPath,
      ["--no-warnings", "--input-type=module-typescript", "-e", script],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const [chunk] = (await once(harness.stdout, "data")) as [Buffer];
    const folder = chunk.toString().trim();
    await eventually(async () => (await processesIn(folder)).length === 2, "both processes run");
    harness.kill("SIGKILL");
    await eventually(async () => (await processesIn(folder)).length === 0, "no process is left");
    const isGone = () =>
      stat(folder).then(
        () => false,
        () => true,
      );
    await eventually(isGone, "the folder is gone");
    expect(await isGone()).toBe(true);
  },
);
