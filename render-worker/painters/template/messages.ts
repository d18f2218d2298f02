import {
  type PlannedScene,
  type Sound,
  type Spoken,
  TemplateError,
  type TemplateIssue,
  type Timeline,
} from "@reelay/templates";
import type { Job } from "./job.ts";
import { send } from "./records.ts";

/** Of each event that carries a list. */
const PER_EVENT = 200;
const FRAMES_OF_EACH = 5_000;
const NAME_LENGTH = 200;
/** Scenes that are listed. */
const MAX_LISTED = 1_000;

/** Throws a `TemplateError` if there is an issue. */
export function assertFits([first, ...rest]: readonly TemplateIssue[]): void {
  if (first === undefined) return;
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : "";
  throw new TemplateError({ ...first, message: `${first.message}${more}` }, ...rest);
}

export const warn = ({ code, path, message }: { code: string; path: string | null; message: string }): void =>
  send.event({ type: "warning", code, path, message: message.slice(0, 4_000), line: null, column: null });

function* inParts<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += PER_EVENT) yield list.slice(at, at + PER_EVENT);
}

export function sendCounted({ scenes, frames, durationMs }: Timeline): void {
  const framesOfEach = scenes.slice(0, FRAMES_OF_EACH).map((scene) => scene.frames);
  send.event({
    type: "counted",
    animations: scenes.length,
    durationMs,
    frames,
    hasAudio: false,
    framesOfEach,
  });
}

export const sendPicture = ({ width, height, frameRate }: Job): void =>
  send.event({ type: "picture", width, height, frameRate });

export const sendStep = (index: number, { scene, frames }: PlannedScene): void =>
  send.event({ type: "step", index, name: scene.title.slice(0, NAME_LENGTH), frames });

export const sendScene = (index: number, key: string, { scene, frames }: PlannedScene): void =>
  send.event({ type: "scene", index, key, frames, name: scene.title.slice(0, NAME_LENGTH) });

export const sendDone = ({ scenes }: Pick<Timeline, "scenes">, frames: number): void =>
  send.event({ type: "done", animations: scenes.length, frames });

export function sendScenes({ scenes }: Timeline): void {
  for (const part of inParts(scenes.slice(0, MAX_LISTED))) {
    const listed = part.map(({ scene, marks }) => ({
      name: scene.title.slice(0, NAME_LENGTH),
      line: null,
      marks: marks.map(({ mark }) => mark),
    }));
    send.event({ type: "scenes", scenes: listed, chosen: null });
  }
}

export function sendSpoken(spoken: readonly Spoken[]): void {
  for (const texts of inParts(spoken)) send.event({ type: "spoken", texts });
}

export function sendSounds(all: readonly Sound[]): void {
  for (const sounds of inParts(all)) send.event({ type: "sounds", sounds });
}
