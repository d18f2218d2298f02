import { join } from "node:path";
import {
  type BackgroundClip,
  type CompositionParams,
  type CompositionSettings,
  MAX_DATA_BYTES,
} from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import { backgroundNeed } from "../../media/needs/index.ts";
import { describeForMemory, type SourceFile } from "../../media/probe/index.ts";
import type { TemplatePainter } from "../../painters/index.ts";
import type { TemplateJob } from "../../painting/index.ts";
import { type ClipStore, createClipStore, type InstalledSpeech } from "../../speech/index.ts";
import {
  type ChunkIndex,
  createChunkIndex,
  type DrawingAttempt,
  drawScenes,
  fetchMaterials,
  readSourceText,
  runDrawing,
  type Stretch,
  setUpEasel,
} from "../drawing/index.ts";
import { probeWithinMemory, reading } from "../ffmpeg/index.ts";
import { Narration } from "./narration.ts";
import { asBackground, openClip, placeInVideo } from "./open-background.ts";
import type { Templates } from "./open-template.ts";
import { mixSamples, planSoundtrack, publishCaptions } from "./soundtrack.ts";

export type CompositionAttempt = DrawingAttempt<CompositionParams>;

const MIB = 1024 ** 2;
/** Node with Takumi, and Node with Flite, as measured. */
export const PAINTER_BYTES = 450 * MIB;
export const limits = { cpuSeconds: 1_800, memoryBytes: 2048 * MIB, silenceMs: 60_000 };
/** Of templates that come from the store, beside the folders of attempts. */
export const TEMPLATES_FOLDER = "templates";
/** The template's cues. */
const SOUNDS_FOLDER = "sounds";

/**
 * Draws data by a template, and encodes the frames while they are drawn. The lengths of spoken texts decide
 * when everything happens: each scene is drawn as soon as its own texts and all before them are spoken.
 */
export async function runComposition(
  given: CompositionAttempt,
  { painter, speech, templates }: { painter: TemplatePainter; speech: InstalledSpeech; templates: Templates },
): Promise<void> {
  const { composition, scenes, workers } = given.task;
  const hasSound = scenes?.isFirst !== false;
  const draws = scenes?.chunks.length !== 0;
  await using clip =
    composition.background && draws ? await openBackground(given, composition.background) : null;
  const attempt = clip?.attempt ?? given;
  const { config, directory, log, ref, trace } = attempt;
  const data = await inSpan(TRACER_NAME, "fetch", { parent: trace }, () =>
    readSourceText(attempt, {
      ...{ code: "DATA", name: "data", maxBytes: MAX_DATA_BYTES },
      remedy: "Divide it into several videos.",
    }),
  );
  const folder = directory.shared(TEMPLATES_FOLDER);
  await using opened = await templates.open(composition.template, { store: attempt.store, folder });
  const template = opened.path;
  await using materials = await fetchMaterials(attempt, {
    folder: directory.shared(`${ref.attemptId}-materials`),
    materials: composition.materials ?? [],
  });
  await using music = await fetchMaterials(attempt, {
    folder: directory.shared(`${ref.attemptId}-music`),
    materials: composition.music && hasSound ? [composition.music] : [],
  });
  await using easel = await setUpEasel(painter, {
    file: { name: "data.json", content: data },
    readable: [template, ...(materials.job ? [materials.job.folder] : [])],
    folder: directory.shared(`${ref.attemptId}-painter`),
  });
  const job: TemplateJob = {
    ...toJob(composition, { template, data: easel.file }),
    ...(materials.job && { materials: materials.job }),
  };
  const painting = { ...easel, limits: { ...limits, durationMs: config.limits.sourceDurationMs } };
  const tune =
    music.job && composition.music
      ? { name: composition.music.filename, path: join(music.job.folder, composition.music.filename) }
      : null;

  await using narration = new Narration({
    ...{ voice: composition.voice, signal: attempt.signal },
    open: () => speech.open(clipsOf(attempt)),
    onSpoken(clips, usage) {
      log.info({ spoken: clips.size, engine: speech.engine, ...usage }, "narration.spoken");
      attempt.metrics?.narrated(usage);
    },
  });
  const heard = { clips: narration.clips, folder: join(template, SOUNDS_FOLDER), music: tune };
  await runDrawing(attempt, {
    ...{ content: data, contentType: "application/json", container: "template" },
    ...{ settings: composition, isReadAhead: true, isOverVideo: clip !== null },
    painterBytes: PAINTER_BYTES + (clip ? clip.needBytes : 0),
    ...(scenes && { scenes }),
    facts: () => (narration.usage ? { speech: narration.usage } : {}),
    draw: (own, round, context) =>
      drawScenes(own, round, {
        ...context,
        painting: { ...painting, job },
        painter: `template ${painter.version} ${painter.build}`,
        look: lookOf(composition, clip?.identity),
        index: indexOf(attempt),
        ...(clip && {
          backdrop: ({ sha256, frames }) => {
            const durationMs = (frames * 1000) / composition.frameRate;
            return { clip: clip.file, frames, ...placeInVideo(clip.file, { sha256, durationMs }) };
          },
        }),
        hasMusic: tune !== null,
        ...(scenes && { scenes }),
        ...(workers && { workers }),
        speak: (texts) => narration.speak(texts),
        mix: (own, stretches) => mixSamples(own, planEach(stretches, heard)),
        onPlanned: (own, sounds) =>
          publishCaptions(own, { clips: narration.clips, language: composition.language, sounds }),
      }),
  });
}

interface Background extends AsyncDisposable {
  file: SourceFile;
  identity: string;
  /** Memory for decoding it. */
  needBytes: number;
  /** Its programs may read the clip. */
  attempt: CompositionAttempt;
}

async function openBackground(attempt: CompositionAttempt, background: BackgroundClip): Promise<Background> {
  const { store, jail, signal, metrics, blockCache, trace, config } = attempt;
  await using undo = new AsyncDisposableStack();
  const clip = await openClip(background, {
    ...{ store, jail, signal, fetch: config.fetch, cache: blockCache },
    onRead: (bytes) => metrics?.sourceRead(bytes),
  });
  const open = undo.use(clip.file);
  const { source: _clip, ...own } = reading(attempt, open);
  const file = await inSpan(TRACER_NAME, "probe", { parent: trace }, () =>
    asBackground(background, probeWithinMemory(own, open)),
  );
  const kept = undo.move();
  const needBytes = backgroundNeed(describeForMemory(file), attempt.task.composition);
  const dispose = () => kept.disposeAsync();
  return { file, identity: clip.identity, needBytes, attempt: own, [Symbol.asyncDispose]: dispose };
}

/** Spoken texts that the workspace keeps. */
const clipsOf = ({ store, task, log }: CompositionAttempt): ClipStore | undefined =>
  task.speechPrefix === undefined ? undefined : createClipStore(store, { prefix: task.speechPrefix, log });

/** Finished chunks that the workspace keeps. */
const indexOf = ({ store, task, log }: CompositionAttempt): ChunkIndex | null =>
  task.chunksPrefix === undefined ? null : createChunkIndex(store, { prefix: task.chunksPrefix, log });

/** Everything besides a scene's own content that decides its pixels. */
const lookOf = (settings: CompositionSettings, clip: string | undefined): string => {
  const { template, width, height, frameRate, materials = [] } = settings;
  const files = materials.map(({ filename, sha256 }) => `${sha256} ${filename}`).toSorted();
  const behind = clip === undefined ? [] : [`clip ${clip}`];
  return JSON.stringify([template.sha256, width, height, frameRate, files, ...behind]);
};

async function* planEach(stretches: AsyncIterable<Stretch>, heard: Parameters<typeof planSoundtrack>[1]) {
  for await (const stretch of stretches) yield planSoundtrack(stretch, heard);
}

export const toJob = (
  { width, height, frameRate, background }: CompositionSettings,
  files: { template: string; data: string },
): TemplateJob => ({
  ...{ version: 1, mode: "SCENES", ...files, width, height, frameRate },
  ...(background && { isOverVideo: true }),
});

/** What a drawing ends with, although a check goes on. */
export const finalWarnings: ReadonlySet<string> = new Set(["TEXT_TOO_LONG"]);
