import { createHash } from "node:crypto";
import { isCut } from "./is-cut.ts";

/** What a scene or a chunk shows and says, and for how many frames. */
export interface Look {
  key: string;
  frames: number;
}

const KEY_LENGTH = 32;

/**
 * The chunks of scenes that are not drawn, by what each shows and says. The first chunk of a video has
 * another key than the same scenes elsewhere, since it is only copied to a first place. Pure.
 */
export function groupLooks(looks: readonly Look[], frameRate: number): Look[] {
  const counted = looks.reduce((sum, { frames }) => sum + frames, 0);
  const chunks: Look[] = [];
  let startFrame = 0;
  let keys: string[] = [];
  let frames = 0;
  const end = (): void => {
    if (keys.length === 0) return;
    const shown = JSON.stringify([startFrame === 0, keys]);
    const key = createHash("sha256").update(shown).digest("hex").slice(0, KEY_LENGTH);
    chunks.push({ key, frames });
    startFrame += frames;
    keys = [];
    frames = 0;
  };
  for (const look of looks) {
    if (frames > 0 && look.frames > 0 && isCut({ startFrame, frames, counted, frameRate })) end();
    keys.push(look.key);
    frames += look.frames;
  }
  end();
  return chunks;
}
