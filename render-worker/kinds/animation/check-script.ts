import { AnimationSettings, type CheckedSource, type SourceCheckRequested } from "@reelay/contracts";
import type { CheckHost } from "../../attempt/index.ts";
import type { InstalledPainter } from "../../painters/index.ts";
import { checkDrawing, issue } from "../drawing/index.ts";
import { defaultLimits, PAINTER_BYTES, toJob } from "./run-animation.ts";

/** Runs the count pass of a script, and collects its problems. Nothing is drawn. */
export async function checkScript(
  painter: InstalledPainter,
  { script, settings }: SourceCheckRequested,
  host: CheckHost,
): Promise<CheckedSource> {
  const animation = AnimationSettings.parse(settings);
  return await checkDrawing(host, {
    ...{ painter, needBytes: PAINTER_BYTES, materials: animation.materials ?? [], readable: [] },
    file: { name: "scene.py", content: Buffer.from(script) },
    toJob: (path) => toJob(animation, path, "CHECK"),
    limits: host.config.script ?? defaultLimits,
    fatal: new Set(),
    judge: ({ animations }) => (animations === 0 ? [nothingPlays] : []),
  });
}

const nothingPlays = issue(
  "WARNING",
  "NO_ANIMATIONS",
  "The scene plays no animation. Its picture is shown for one second: call self.wait() for more.",
);
