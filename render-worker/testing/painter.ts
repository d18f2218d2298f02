import { processEnvironment } from "../env.ts";
import { ToolNotFoundError } from "../media/ffmpeg/locate.ts";
import { findPainter, type InstalledPainter } from "../painters/index.ts";

export const painterOptions = { manimPython: processEnvironment["MANIM_PYTHON"] };

/** Manim as `npm run painters` installs it; null without it. In CI it is required. */
export async function findInstalledPainter(): Promise<InstalledPainter | null> {
  try {
    return await findPainter(painterOptions);
  } catch (error) {
    if (processEnvironment["CI"] === "true" || !(error instanceof ToolNotFoundError)) throw error;
    return null;
  }
}
