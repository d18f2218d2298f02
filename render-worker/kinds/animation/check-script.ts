import type { CheckedSource, SourceCheckRequested, SourceIssue, Timeline } from "@reelay/contracts";
import type { CheckHost } from "../../attempt/index.ts";
import { RenderError } from "../../errors.ts";
import { reserveSpareMemory } from "../../host/index.ts";
import type { InstalledPainter } from "../../painters/index.ts";
import { type PainterEvent, Painting } from "../../painting/index.ts";
import { fetchMaterials, setUpEasel } from "../drawing/index.ts";
import { defaultLimits, PAINTER_BYTES, toJob } from "./run-animation.ts";

/** An author waits for the result, so a check has less time than a drawing. */
const MAX_CPU_SECONDS = 20;
/** Time without an event, in milliseconds: of a script that sleeps. */
const SILENCE_MS = 20_000;
/** How long a check waits for memory that tasks leave; after that, another worker gets it. */
const MEMORY_PATIENCE_MS = 5_000;
/** Issues of one check, and the characters of one. A hostile script may write any number of events. */
const MAX_ISSUES = 50;
const MAX_MESSAGE = 2_000;

/** Runs the count pass of a script, and collects its problems. Nothing is drawn. */
export async function checkScript(
  painter: InstalledPainter,
  request: SourceCheckRequested,
  host: CheckHost,
): Promise<CheckedSource> {
  const patience = AbortSignal.any([host.signal, AbortSignal.timeout(MEMORY_PATIENCE_MS)]);
  return await reserveSpareMemory(
    { ...host, signal: patience, onMemoryAwaited: () => undefined },
    { program: "painter", bytes: PAINTER_BYTES },
    () => count(painter, request, host),
    () => host.log.info("check.memory-awaited"),
  );
}

async function count(
  painter: InstalledPainter,
  { script, settings }: SourceCheckRequested,
  { config, jail, folder, log, signal, store }: CheckHost,
): Promise<CheckedSource> {
  const limits = config.script ?? defaultLimits;
  const cpuSeconds = Math.min(MAX_CPU_SECONDS, limits.cpuSeconds);
  const bounds = { painterVersion: painter.version, cpuSeconds, ...config.limits };
  const wanted = { folder: `${folder}-materials`, materials: settings.materials ?? [] };
  const fetched = await fetchMaterials({ store, signal }, wanted).catch((error: unknown) =>
    ofScript(error, signal),
  );
  const notes: Notes = { warnings: [] };
  if (fetched instanceof RenderError) return toChecked(notes, fetched, bounds);
  await using materials = fetched;
  await using easel = await setUpEasel(painter, {
    ...{ jail, folder, file: { name: "scene.py", content: Buffer.from(script) } },
    readable: materials.job ? [materials.job.folder] : [],
  });
  await using painting = new Painting({
    ...easel,
    job: { ...toJob(settings, easel.file, "CHECK"), ...(materials.job && { materials: materials.job }) },
    limits: {
      ...limits,
      cpuSeconds,
      silenceMs: SILENCE_MS,
      durationMs: config.limits.sourceDurationMs,
    },
    signal,
    log,
    onEvent: (event) => note(notes, event),
  });
  const end = await painting.check().catch((error: unknown) => ofScript(error, signal));
  return toChecked(notes, end, bounds);
}

/** The error, if the script is at fault or its materials are. Throws any other. */
function ofScript(error: unknown, signal: AbortSignal): RenderError {
  signal.throwIfAborted();
  if (error instanceof RenderError && error.reported.scope === "INPUT") return error;
  throw error;
}

/** The part of a painter's events that a check reports. */
interface Notes {
  found?: Extract<PainterEvent, { type: "scenes" }>;
  failed?: Extract<PainterEvent, { type: "failed" }>;
  warnings: SourceIssue[];
}

/** Keeps what is needed of an event, and a bounded number of them. */
function note(notes: Notes, event: PainterEvent): void {
  if (event.type === "scenes") notes.found ??= event;
  if (event.type === "failed") notes.failed = event;
  if (event.type === "warning" && notes.warnings.length < MAX_ISSUES)
    notes.warnings.push(issue("WARNING", event.code, event.message, event));
}

/** The result of a check from a painter's events and its end: the counts, or why there are none. Pure. */
function toChecked(
  { found, failed, warnings }: Notes,
  end: Timeline | RenderError,
  limits: { painterVersion: string; cpuSeconds: number; sourceDurationMs: number },
): CheckedSource {
  const timeline = end instanceof RenderError ? null : withoutType(end);
  const others = end instanceof RenderError ? [toIssue(failed, end, limits)] : judge(end, limits);
  const issues = [...others, ...warnings].toSorted((a, b) => rank(a) - rank(b));
  return {
    version: 1,
    painterVersion: limits.painterVersion,
    scenes: found?.scenes ?? [],
    scene: found?.chosen ?? null,
    timeline,
    issues: issues.slice(0, MAX_ISSUES),
  };
}

const withoutType = ({ animations, durationMs, frames, hasAudio }: Timeline): Timeline => ({
  ...{ animations, durationMs, frames, hasAudio },
});

const rank = ({ severity }: SourceIssue): number => (severity === "ERROR" ? 0 : 1);

const issue = (
  severity: SourceIssue["severity"],
  code: string,
  message: string,
  { line, column, traceback = null }: Partial<Pick<SourceIssue, "line" | "column" | "traceback">> = {},
): SourceIssue => ({
  ...{ severity, code, message: (message || code).slice(0, MAX_MESSAGE) },
  ...{ line: line ?? null, column: column ?? null, traceback },
});

/** Why the painter ended early: as it says itself, else as the worker observed. */
function toIssue(
  failed: Notes["failed"],
  { reported: { code, message } }: RenderError,
  { cpuSeconds }: { cpuSeconds: number },
): SourceIssue {
  if (failed) return issue("ERROR", failed.code, failed.message, failed);
  if (code !== "SCRIPT_TIME") return issue("ERROR", code, message);
  // A video has more time.
  return issue(
    "WARNING",
    "CHECK_TIME",
    `The script was not counted within ${cpuSeconds} s of CPU time, so its length is unknown. Look for an endless loop, a long computation, or a call that waits.`,
  );
}

/** Problems of a scene that can be counted. */
function judge(
  { animations, durationMs }: Timeline,
  { sourceDurationMs }: { sourceDurationMs: number },
): SourceIssue[] {
  const issues: SourceIssue[] = [];
  if (durationMs > sourceDurationMs) {
    issues.push(
      issue(
        "ERROR",
        "SCRIPT_OUTPUT",
        `The animation has ${Math.round(durationMs / 1000)} s, more than the ${Math.round(sourceDurationMs / 1000)} s that a video may have. Shorten it, or divide it into several scenes.`,
      ),
    );
  }
  if (animations === 0) {
    issues.push(
      issue(
        "WARNING",
        "NO_ANIMATIONS",
        "The scene plays no animation. Its picture is shown for one second: call self.wait() for more.",
      ),
    );
  }
  return issues;
}
