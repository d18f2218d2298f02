/** Checks many data of one template in one run. */
import { createHash } from "node:crypto";
import {
  checkData,
  languageOf,
  type PlannedScene,
  planScenes,
  planTimeline,
  spokenTexts,
  type Template,
  TemplateError,
  type TemplateIssue,
  type Timeline,
} from "@reelay/templates";
import { type Job, MAX_STILLS } from "./job.ts";
import { sendPicture } from "./messages.ts";
import { send } from "./records.ts";
import { findTooLong, SceneDrawing, type Studio } from "./scene-drawing.ts";
import { frameOf } from "./still-frame.ts";

/** A check has 20 s; rows that are not reported are checked in another run. */
const MAX_CPU_MS = 8_000;
const MAX_ISSUES = 20;
const MAX_MESSAGE = 500;
/** Scenes that many rows have in common, such as a title, are checked once. */
const MAX_KNOWN = 500;
/** Of a key, in hexadecimal digits. */
const KEY_LENGTH = 32;

/** What a scene shows and says. */
interface Look {
  key: string;
  frames: number;
}

interface Row {
  index: number;
  language: string;
  data: Record<string, unknown>;
}

/**
 * Reports the length and the problems of each row, and with `ROW_STILLS` draws the scene of each that has the
 * most marks. Rows of one language are checked together, since they share fonts.
 */
export async function paintRows(
  job: Job,
  {
    template,
    data,
    open,
  }: { template: Template; data: unknown; open: (language: string) => Promise<Studio> },
): Promise<void> {
  if (!Array.isArray(data))
    throw new TemplateError({ code: "DATA_INVALID", path: "", message: "The data is no list of data." });
  const rows: Row[] = [];
  for (const [index, given] of data.entries()) {
    const checked = checkData(template.manifest, given);
    if (checked.ok) rows.push({ index, language: languageOf(checked.data), data: checked.data });
    else reportRow(index, null, checked.issues);
  }
  const stills: { index: number; still: () => Promise<Buffer> }[] = [];
  let [frames, durationMs, done] = [0, 0, 0];
  for (const [language, own] of Map.groupBy(rows, (row) => row.language)) {
    const studio = await open(language);
    const known = new Map<string, readonly TemplateIssue[]>();
    for (const row of own) {
      if (process.cpuUsage().user / 1000 > MAX_CPU_MS && done > 0) break;
      done += 1;
      send.event({ type: "step", index: row.index, name: "", frames: null });
      const planned = await checkRow(row, { template, studio, known, job });
      if (planned === null) continue;
      frames += planned.frames;
      durationMs += planned.durationMs;
      const shown = mostMarks(planned);
      if (job.mode === "ROW_STILLS" && shown && stills.length < MAX_STILLS)
        stills.push({
          index: row.index,
          still: async () => {
            const drawing = await SceneDrawing.create(shown, studio);
            return await drawing.still(frameOf(shown, job));
          },
        });
    }
  }
  send.event({ type: "counted", animations: done, durationMs, frames, hasAudio: false, framesOfEach: [] });
  if (job.mode === "ROW_STILLS") {
    sendPicture(job);
    for (const { index, still } of stills) {
      send.event({ type: "step", index, name: "", frames: 1 });
      send.frame(await still(), 1);
    }
  }
  send.event({ type: "done", animations: done, frames: stills.length });
}

interface Checking {
  template: Template;
  studio: Studio;
  /** Issues of scenes that were checked. */
  known: Map<string, readonly TemplateIssue[]>;
  job: Job;
}

/** Null: the row cannot be drawn. */
async function checkRow(
  { index, language, data }: Row,
  { template, studio, known, job }: Checking,
): Promise<Timeline | null> {
  try {
    const scenes = planScenes(template, data);
    const timeline = planTimeline(scenes, {}, job.frameRate);
    const issues: TemplateIssue[] = [];
    for (const planned of timeline.scenes) issues.push(...(await tooLongIn(planned, studio, known)));
    const spoken = spokenTexts(scenes, language).reduce((sum, { text }) => sum + text.length, 0);
    const looks = timeline.scenes.map((planned) => lookOf(planned, language));
    reportRow(index, { timeline, spoken, looks }, issues);
    return timeline;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    reportRow(index, null, error.issues);
    return null;
  }
}

async function tooLongIn(
  planned: PlannedScene,
  studio: Studio,
  known: Checking["known"],
): Promise<readonly TemplateIssue[]> {
  const { scene, properties } = planned;
  const key = JSON.stringify([scene.path, scene.html, properties]);
  const found = known.get(key);
  if (found) return found;
  const issues = await findTooLong(planned, studio);
  if (known.size < MAX_KNOWN) known.set(key, issues);
  return issues;
}

/** Lengths of spoken texts follow from the texts, which the voice is the same for. */
function lookOf({ scene, frames }: PlannedScene, language: string): Look {
  const shown = JSON.stringify([language, scene.html, scene.timeline]);
  return { key: createHash("sha256").update(shown).digest("hex").slice(0, KEY_LENGTH), frames };
}

const mostMarks = ({ scenes }: Timeline): PlannedScene | undefined =>
  scenes.toSorted((one, other) => other.marks.length - one.marks.length).at(0);

function reportRow(
  index: number,
  counted: { timeline: Timeline; spoken: number; looks: Look[] } | null,
  issues: readonly { code: string; path: string | null; message: string }[],
): void {
  send.event({
    type: "row",
    index,
    scenes: counted?.timeline.scenes.length ?? 0,
    frames: counted?.timeline.frames ?? null,
    speechCharacters: counted?.spoken ?? 0,
    ...(counted && { looks: counted.looks }),
    issues: issues
      .slice(0, MAX_ISSUES)
      .map(({ code, path, message }) => ({ code, path, message: message.slice(0, MAX_MESSAGE) })),
  });
}
