import type { Scene, ScenePart } from "./plan-scenes.ts";

/** Reading time of a text without speech: 17 characters per second, at least 1.5 s. */
const CHARACTERS_PER_SECOND = 17;
const LEAST_READING_MS = 1_500;

/** Lengths of spoken texts in ms, by their ids. */
export type Clips = Readonly<Record<string, number>>;

/** When a mark is reached, in ms from the beginning of its scene. */
export interface PlannedMark {
  mark: string;
  startMs: number;
  lastsMs: number;
}

export interface PlannedScene {
  scene: Scene;
  /** From the beginning of the video. */
  startFrame: number;
  frames: number;
  marks: readonly PlannedMark[];
  /** CSS custom properties of the scene's root element, in their order. */
  properties: Readonly<Record<string, string>>;
  /** In the order of time. */
  sounds: readonly Sound[];
}

/** Audio at a time of the whole video: a spoken text, or a file of the template's folder `sounds`. */
export type Sound =
  | { atMs: number; clip: string }
  | { atMs: number; file: string; durationMs?: number; gainDb?: number };

export interface Timeline {
  scenes: readonly PlannedScene[];
  frames: number;
  durationMs: number;
  /** In the order of time. */
  sounds: readonly Sound[];
}

/**
 * Places marks, scenes and sounds in time. A mark begins where the one before it ends, and lasts at least as
 * long as its speech; a text without a clip lasts its reading time. A scene ends with a whole frame.
 */
export function planTimeline(scenes: readonly Scene[], clips: Clips, frameRate: number): Timeline {
  const planned: PlannedScene[] = [];
  let startFrame = 0;
  for (const scene of scenes) {
    const marks = planMarks(scene, clips);
    const lengthMs = endOf(marks);
    const frames = Math.max(1, Math.ceil((lengthMs * frameRate) / 1000 - 1e-6));
    const startMs = (startFrame * 1000) / frameRate;
    const sounds = scene.timeline.flatMap((part, index) => {
      const mark = marks[index];
      return mark ? soundsOf(scene.id, part, mark, startMs, clips) : [];
    });
    planned.push({
      ...{ scene, startFrame, frames, marks, properties: propertiesOf(scene, marks) },
      sounds: sounds.toSorted((a, b) => a.atMs - b.atMs),
    });
    startFrame += frames;
  }
  return {
    scenes: planned,
    frames: startFrame,
    durationMs: (startFrame * 1000) / frameRate,
    sounds: planned.flatMap(({ sounds }) => sounds).toSorted((a, b) => a.atMs - b.atMs),
  };
}

function planMarks({ id, timeline }: Scene, clips: Clips): PlannedMark[] {
  let startMs = 0;
  return timeline.map((part) => {
    const clipMs = part.speak === "" ? 0 : (clips[`${id}/${part.mark}`] ?? readingMs(part.speak));
    const lastsMs = Math.ceil(Math.max(part.lastsMs, clipMs > 0 ? clipMs + part.restMs : 0));
    const mark = { mark: part.mark, startMs, lastsMs };
    startMs += lastsMs;
    return mark;
  });
}

const readingMs = (text: string): number =>
  Math.max(LEAST_READING_MS, Math.round((Array.from(text).length / CHARACTERS_PER_SECOND) * 1000));

const endOf = (marks: readonly PlannedMark[]): number => {
  const last = marks.at(-1);
  return last ? last.startMs + last.lastsMs : 0;
};

function propertiesOf({ timeline }: Scene, marks: readonly PlannedMark[]): Record<string, string> {
  const entries = marks.flatMap(({ mark, startMs, lastsMs }, index) => [
    [`--${mark}`, `${startMs}ms`],
    [`--${mark}-lasts`, `${lastsMs}ms`],
    [`--${mark}-ends`, `${startMs + lastsMs}ms`],
    ...(timeline[index]?.stagger === undefined
      ? []
      : [[`--${mark}-stagger`, `${timeline[index].stagger}ms`]]),
  ]);
  return Object.fromEntries([...entries, ["--scene-lasts", `${endOf(marks)}ms`]]) as Record<string, string>;
}

function soundsOf(
  sceneId: string,
  { mark, sound }: ScenePart,
  { startMs, lastsMs }: PlannedMark,
  sceneStartMs: number,
  clips: Clips,
): Sound[] {
  const atMs = Math.round(sceneStartMs + startMs);
  const id = `${sceneId}/${mark}`;
  const speech = id in clips ? [{ atMs, clip: id }] : [];
  if (!sound) return speech;
  const { file, everyMs, gainDb } = sound;
  const times = everyMs === undefined ? 1 : Math.max(1, Math.ceil(lastsMs / everyMs));
  const cues = Array.from({ length: times }, (_, index) => ({
    atMs: atMs + index * (everyMs ?? 0),
    file,
    ...(gainDb !== undefined && { gainDb }),
  }));
  return [...cues, ...speech];
}
