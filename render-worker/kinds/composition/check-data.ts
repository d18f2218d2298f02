import { dirname, join } from "node:path";
import {
  type BackgroundClip,
  type CheckedRow,
  type CheckedScene,
  type CheckedSource,
  CompositionSettings,
  type SourceCheckRequested,
  type SourceIssue,
  type StillsRequest,
} from "@reelay/contracts";
import type { CheckHost } from "../../attempt/index.ts";
import { RenderError } from "../../errors.ts";
import type { Programs } from "../../media/ffmpeg/index.ts";
import { probeSource } from "../../media/probe/index.ts";
import type { TemplatePainter } from "../../painters/index.ts";
import type { Counted, TemplateJob } from "../../painting/index.ts";
import { checkDrawing, groupLooks } from "../drawing/index.ts";
import { drawStills, type StillBackground } from "./draw-stills.ts";
import { asBackground, openClip } from "./open-background.ts";
import type { Templates } from "./open-template.ts";
import { finalWarnings, limits, PAINTER_BYTES, TEMPLATES_FOLDER, toJob } from "./run-composition.ts";

/**
 * Lists scenes, length and problems of data, and draws pictures of some scenes. Nothing is spoken: texts last
 * their reading time.
 */
export async function checkData(
  { painter, programs, templates }: { painter: TemplatePainter; programs: Programs; templates: Templates },
  { checkId, script, hasRows, settings, stills }: SourceCheckRequested,
  host: CheckHost,
): Promise<CheckedSource> {
  const composition = CompositionSettings.parse(settings);
  const mode = hasRows ? (stills ? "ROW_STILLS" : "ROWS") : stills ? "STILL" : "CHECK";
  const folder = join(dirname(host.folder), TEMPLATES_FOLDER);
  await using template = await templates.open(composition.template, { ...host, folder });
  const background = composition.background
    ? await openBackground(composition.background, host, programs)
    : null;
  const failure = background instanceof RenderError ? background : undefined;
  await using clip = background instanceof RenderError ? null : background;
  const checked = await checkDrawing(host, {
    failure,
    ...{ painter, limits, materials: composition.materials ?? [], readable: [template.path] },
    needBytes: PAINTER_BYTES + (stills ? bytesOf(stills) : 0),
    file: { name: "data.json", content: Buffer.from(script) },
    toJob: (data) => ({ ...toJob(composition, { template: template.path, data }), ...toMode(mode, stills) }),
    fatal: finalWarnings,
    judge: () => [],
    toScenes: (scenes, counted) => withTimes(scenes, counted, composition),
    toChunks: (looks) => groupLooks(looks, composition.frameRate),
    ...(hasRows && {
      toRows: ({ rows, failed }) =>
        failure ? allFailed(script, failure) : failed ? withFailed(rows, failed) : [...rows],
    }),
    ...(stills && {
      draw: (painting) => drawStills(painting, { ...host, checkId, ffmpeg: programs.ffmpeg, clip }),
    }),
  });
  return composition.voice === null ? withoutSpeech(checked) : checked;
}

/** The clip as stills show it; a `RenderError` if it is at fault. */
async function openBackground(
  background: BackgroundClip,
  { store, jail, signal, config }: CheckHost,
  programs: Programs,
): Promise<StillBackground | RenderError> {
  await using undo = new AsyncDisposableStack();
  try {
    const opened = await openClip(background, { store, jail, signal, fetch: config.fetch });
    const clip = undo.use(opened.file);
    const own = programs.with(clip.access);
    const probing = probeSource(clip, { ffprobe: own.ffprobe, limits: config.limits, signal: clip.signal });
    const file = await asBackground(background, probing);
    const kept = undo.move();
    const dispose = () => kept.disposeAsync();
    return { file, ffmpeg: own.ffmpeg, limits: config.limits, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    if (error instanceof RenderError && error.reported.scope === "INPUT") return error;
    throw error;
  }
}

const MOST_SCENES = 20;

/** Of pictures that wait for their encoder. */
const bytesOf = ({ scenes, width, height }: StillsRequest): number =>
  (scenes?.length ?? MOST_SCENES) * width * height * 4;

function toMode(mode: TemplateJob["mode"], stills: StillsRequest | undefined): Partial<TemplateJob> {
  if (!stills) return { mode };
  const { width, height, ...wanted } = stills;
  return { mode, stills: wanted, width, height };
}

/** A row that ended the painter fails a video as well; those after it were not checked. */
function withFailed(
  rows: readonly CheckedRow[],
  { index, issue: { severity, code, message, path } }: { index: number; issue: SourceIssue },
): CheckedRow[] {
  // Of a row that a check has no time for, nothing is known.
  const issues = severity === "ERROR" ? [{ code, message, path: path ?? null }] : [];
  const others = rows.filter((row) => row.index !== index);
  return [...others, { index, scenes: 0, frames: null, speechCharacters: 0, issues }];
}

/** Of rows whose clip cannot be shown. */
function allFailed(script: string, { reported: { code, message } }: RenderError): CheckedRow[] {
  const rows = JSON.parse(script) as unknown[];
  const issues = [{ code, message, path: null }];
  return rows.map((_, index) => ({ index, scenes: 0, frames: null, speechCharacters: 0, issues }));
}

/** Scenes in the order of the timeline, with their times. */
function withTimes(
  scenes: readonly CheckedScene[],
  { framesOfEach }: Counted,
  { frameRate }: CompositionSettings,
): CheckedScene[] {
  let frames = 0;
  return scenes.map((scene, index) => {
    const startMs = (frames * 1000) / frameRate;
    const length = framesOfEach[index] ?? 0;
    frames += length;
    return { ...scene, startMs, durationMs: (length * 1000) / frameRate };
  });
}

const withoutSpeech = ({ speechCharacters: _none, ...checked }: CheckedSource): CheckedSource => checked;
