import {
  type CheckedRow,
  type CheckedScene,
  type CheckedSource,
  MAX_CHECKED_ROWS,
  type SourceIssue,
  type SourceMaterial,
  type Still,
} from "@reelay/contracts";
import type { CheckHost } from "../../attempt/index.ts";
import type { ScriptLimits } from "../../config.ts";
import { RenderError } from "../../errors.ts";
import { reserveSpareMemory } from "../../host/index.ts";
import type { InstalledPainter } from "../../painters/index.ts";
import {
  type Counted,
  type PainterEvent,
  Painting,
  type ScriptJob,
  type TemplateJob,
} from "../../painting/index.ts";
import { fetchMaterials } from "./fetch-materials.ts";
import type { Look } from "./group-looks.ts";
import { setUpEasel } from "./set-up-easel.ts";

/** An author waits for the result, so a check has less time than a drawing. */
const MAX_CPU_SECONDS = 20;
/** Time without an event, in milliseconds: of a script that sleeps. */
const SILENCE_MS = 20_000;
/** How long a check waits for memory that tasks leave; after that, another worker gets it. */
const MEMORY_PATIENCE_MS = 5_000;
/** Issues of one check, and the characters of one. A hostile script may write any number of events. */
const MAX_ISSUES = 50;
const MAX_ROW_ISSUES = 20;
const MAX_MESSAGE = 2_000;
/** Of a row: many rows share one report. */
const MAX_ROW_MESSAGE = 500;
const MAX_SCENES = 1_000;

/** What is checked, and by what. */
interface Checked {
  painter: Pick<InstalledPainter, "program" | "args" | "version" | "jail">;
  /** Memory of the painter, and of what `draw` holds. */
  needBytes: number;
  materials: readonly SourceMaterial[];
  /** Why it cannot be drawn, if that is known before. */
  failure?: RenderError | undefined;
  /** The script or the data. */
  file: { name: string; content: Buffer };
  /** Folders that the painter reads besides. */
  readable: readonly string[];
  /** The painter's job with the file at this path, without its materials. */
  toJob: (path: string) => ScriptJob | TemplateJob;
  limits: ScriptLimits;
  /** Codes of warnings with which a video fails. */
  fatal: ReadonlySet<string>;
  /** Problems of what was counted, besides its length. */
  judge: (counted: Counted) => SourceIssue[];
  /** The scenes, as they are reported. Default: as the painter names them. */
  toScenes?: (scenes: readonly CheckedScene[], counted: Counted) => CheckedScene[];
  /** The chunks of a row's scenes. Default: not known. */
  toChunks?: (looks: readonly Look[]) => Look[];
  /** The rows, as they are reported. Default: the source is of one video. */
  toRows?: (rows: NotedRows) => CheckedRow[];
  /** Reads the painter's output to its end. Default: there are no pictures. */
  draw?: (painting: Painting) => Promise<{ counted: Counted; stills: Still[] }>;
}

/** What a painter reported about rows before it ended. */
interface NotedRows {
  rows: readonly CheckedRow[];
  /** The row that it had begun when it failed; null: it has not failed. */
  failed: { index: number; issue: SourceIssue } | null;
}

/** Has a painter count a script or data, and collects its problems. No video is made. */
export async function checkDrawing(host: CheckHost, checked: Checked): Promise<CheckedSource> {
  const patience = AbortSignal.any([host.signal, AbortSignal.timeout(MEMORY_PATIENCE_MS)]);
  return await reserveSpareMemory(
    { ...host, signal: patience, onMemoryAwaited: () => undefined },
    { program: "painter", bytes: checked.needBytes },
    () => count(host, checked),
    () => host.log.info("check.memory-awaited"),
  );
}

async function count(
  { config, folder, log, signal, store }: CheckHost,
  checked: Checked,
): Promise<CheckedSource> {
  const { painter, file, limits } = checked;
  const cpuSeconds = Math.min(MAX_CPU_SECONDS, limits.cpuSeconds);
  const bounds = { cpuSeconds, ...config.limits };
  if (checked.failure) return toChecked(checked, newNotes(), checked.failure, bounds);
  const wanted = { folder: `${folder}-materials`, materials: checked.materials };
  const fetched = await fetchMaterials({ store, signal }, wanted).catch((error: unknown) =>
    ofSource(error, signal),
  );
  const notes = newNotes();
  if (fetched instanceof RenderError) return toChecked(checked, notes, fetched, bounds);
  await using materials = fetched;
  await using easel = await setUpEasel(painter, {
    ...{ folder, file },
    readable: [...checked.readable, ...(materials.job ? [materials.job.folder] : [])],
  });
  await using painting = new Painting({
    ...easel,
    job: { ...checked.toJob(easel.file), ...(materials.job && { materials: materials.job }) },
    limits: {
      ...limits,
      cpuSeconds,
      silenceMs: SILENCE_MS,
      durationMs: config.limits.sourceDurationMs,
    },
    signal,
    log,
    onEvent: (event) => note(notes, event, checked),
  });
  const draw = checked.draw ?? (async () => ({ counted: await painting.check(), stills: [] }));
  const end = await draw(painting).catch((error: unknown) => ofSource(error, signal));
  return toChecked(checked, notes, end, bounds);
}

/** The error, if the source is at fault or its materials are. Throws any other. */
function ofSource(error: unknown, signal: AbortSignal): RenderError {
  signal.throwIfAborted();
  if (error instanceof RenderError && error.reported.scope === "INPUT") return error;
  throw error;
}

/** The part of a painter's events that a check reports. */
interface Notes {
  scenes: CheckedScene[];
  chosen?: string | null;
  failed?: Extract<PainterEvent, { type: "failed" }>;
  warnings: SourceIssue[];
  speechCharacters: number;
  rows: CheckedRow[];
  /** Index of what was begun last. */
  step: number | null;
}

const newNotes = (): Notes => ({ scenes: [], warnings: [], speechCharacters: 0, rows: [], step: null });

/** Keeps what is needed of an event, and a bounded number of them. */
function note(
  notes: Notes,
  event: PainterEvent,
  { fatal, toChunks }: Pick<Checked, "fatal" | "toChunks">,
): void {
  switch (event.type) {
    case "scenes":
      notes.scenes.push(...event.scenes.slice(0, MAX_SCENES - notes.scenes.length));
      notes.chosen ??= event.chosen;
      break;
    case "spoken":
      for (const { text } of event.texts) notes.speechCharacters += text.length;
      break;
    case "failed":
      notes.failed = event;
      break;
    case "step":
      notes.step = event.index;
      break;
    case "row":
      if (notes.rows.length < MAX_CHECKED_ROWS) notes.rows.push(toRow(event, toChunks));
      break;
    case "warning":
      if (notes.warnings.length < MAX_ISSUES)
        notes.warnings.push(
          issue(fatal.has(event.code) ? "ERROR" : "WARNING", event.code, event.message, event),
        );
      break;
    default:
  }
}

const toRow = (
  { type: _type, issues, looks, ...row }: Extract<PainterEvent, { type: "row" }>,
  toChunks: Checked["toChunks"],
): CheckedRow => ({
  ...row,
  ...(looks && toChunks && { chunks: toChunks(looks) }),
  issues: issues.slice(0, MAX_ROW_ISSUES).map(({ code, message, path }) => ({
    code,
    path,
    message: (message || code).slice(0, MAX_ROW_MESSAGE),
  })),
});

/** The result of a check from a painter's events and its end: the counts, or why there are none. Pure. */
function toChecked(
  { painter, judge, toScenes, toRows }: Checked,
  { scenes, chosen, failed, warnings, speechCharacters, rows, step }: Notes,
  end: { counted: Counted; stills: Still[] } | RenderError,
  limits: { cpuSeconds: number; sourceDurationMs: number },
): CheckedSource {
  const hasFailed = end instanceof RenderError;
  const others = hasFailed
    ? [toIssue(failed, end, limits)]
    : [...judgeLength(end.counted, limits), ...judge(end.counted)];
  const [first] = others;
  const failedRow = hasFailed && step !== null && first ? { index: step, issue: first } : null;
  const issues = [...others, ...warnings].toSorted((a, b) => rank(a) - rank(b));
  return {
    version: 1,
    painterVersion: painter.version,
    scenes: hasFailed || !toScenes ? scenes : toScenes(scenes, end.counted),
    scene: chosen ?? null,
    timeline: hasFailed ? null : toTimeline(end.counted),
    issues: issues.slice(0, MAX_ISSUES),
    ...(speechCharacters > 0 && { speechCharacters }),
    ...(toRows && { rows: toRows({ rows, failed: failedRow }) }),
    ...(!hasFailed && end.stills.length > 0 && { stills: end.stills }),
  };
}

const toTimeline = ({ animations, durationMs, frames, hasAudio }: Counted) => ({
  ...{ animations, durationMs, frames, hasAudio },
});

const rank = ({ severity }: SourceIssue): number => (severity === "ERROR" ? 0 : 1);

type Place = Partial<Pick<SourceIssue, "line" | "column" | "traceback">> & { path?: string | null };

/** A problem of a source. Messages are cut at 2,000 characters. */
export const issue = (
  severity: SourceIssue["severity"],
  code: string,
  message: string,
  { line, column, traceback, path }: Place = {},
): SourceIssue => ({
  ...{ severity, code, message: (message || code).slice(0, MAX_MESSAGE) },
  ...{ line: line ?? null, column: column ?? null, traceback: traceback ?? null },
  ...(path != null && { path }),
});

/** Why the painter ended early: as it says itself, else as the worker observed. */
function toIssue(
  failed: Notes["failed"],
  { reported: { code, message } }: RenderError,
  { cpuSeconds }: { cpuSeconds: number },
): SourceIssue {
  const told = failed ?? { code, message };
  const place = failed ?? {};
  if (told.code !== "SCRIPT_TIME") return issue("ERROR", told.code, told.message, place);
  // A video has more time.
  return issue(
    "WARNING",
    "CHECK_TIME",
    `The source was not counted within ${cpuSeconds} s of CPU time, so its length is unknown. Look for an endless loop, a long computation, or a call that waits.`,
    place,
  );
}

function judgeLength(
  { durationMs }: Counted,
  { sourceDurationMs }: { sourceDurationMs: number },
): SourceIssue[] {
  if (durationMs <= sourceDurationMs) return [];
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  return [
    issue(
      "ERROR",
      "SCRIPT_OUTPUT",
      `The video would have ${seconds(durationMs)}, more than the ${seconds(sourceDurationMs)} that one may have. Shorten it, or divide it into several.`,
    ),
  ];
}
