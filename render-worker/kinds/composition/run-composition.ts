import { join } from "node:path";
import { type CompositionParams, type CompositionSettings, MAX_DATA_BYTES } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import { inputError } from "../../errors.ts";
import type { TemplatePainter } from "../../painters/index.ts";
import {
  Painting,
  type PaintingOptions,
  type PlacedSound,
  type SpokenText,
  type TemplateJob,
} from "../../painting/index.ts";
import type { InstalledSpeech } from "../../speech/index.ts";
import {
  type DrawingAttempt,
  fetchMaterials,
  type PreparedScene,
  readSourceText,
  runDrawing,
  setUpEasel,
} from "../drawing/index.ts";
import { type Clips, narrate } from "./narrate.ts";
import { openTemplate } from "./open-template.ts";
import { mixSamples, planSoundtrack, publishCaptions } from "./soundtrack.ts";

export type CompositionAttempt = DrawingAttempt<CompositionParams>;

const MIB = 1024 ** 2;
/** Node with Takumi, and Node with Flite, as measured. */
export const PAINTER_BYTES = 450 * MIB;
export const limits = { cpuSeconds: 1_800, memoryBytes: 2048 * MIB, silenceMs: 60_000 };
/** The template's cues. */
const SOUNDS_FOLDER = "sounds";

/**
 * Draws data by a template, and encodes the frames while they are drawn. Its texts are spoken first, since
 * their lengths decide when everything happens; the soundtrack is mixed beside the drawing.
 */
export async function runComposition(
  attempt: CompositionAttempt,
  { painter, speech }: { painter: TemplatePainter; speech: InstalledSpeech },
): Promise<void> {
  const { config, directory, jail, log, ref, task, trace } = attempt;
  const { composition } = task;
  const data = await inSpan(TRACER_NAME, "fetch", { parent: trace }, () =>
    readSourceText(attempt, {
      ...{ code: "DATA", name: "data", maxBytes: MAX_DATA_BYTES },
      remedy: "Divide it into several videos.",
    }),
  );
  const template = await openTemplate(composition.template);
  await using materials = await fetchMaterials(attempt, {
    folder: directory.shared(`${ref.attemptId}-materials`),
    materials: composition.materials ?? [],
  });
  await using music = await fetchMaterials(attempt, {
    folder: directory.shared(`${ref.attemptId}-music`),
    materials: composition.music ? [composition.music] : [],
  });
  await using easel = await setUpEasel(painter, {
    ...{ jail, file: { name: "data.json", content: data } },
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

  const speakAll = async (): Promise<Clips> => {
    const texts = await inSpan(TRACER_NAME, "check", { parent: trace }, () =>
      readTexts(attempt, { ...painting, job: { ...job, mode: "CHECK" } }),
    );
    if (composition.voice === null) return new Map();
    const { voice } = composition;
    await using speaker = speech.open();
    const clips = await inSpan(TRACER_NAME, "speak", { parent: trace }, () =>
      narrate(speaker, texts, voice, attempt.signal),
    );
    log.info({ texts: texts.length, spoken: clips.size, engine: speech.engine }, "narration.spoken");
    return clips;
  };
  let spoken: Promise<Clips> | undefined;

  const prepare = async (): Promise<PreparedScene> => {
    const clips = await (spoken ??= speakAll());
    const sounds: PlacedSound[] = [];
    const lengths = Object.fromEntries([...clips].map(([id, { durationMs }]) => [id, durationMs]));
    return {
      painting: {
        ...painting,
        job: { ...job, clips: lengths },
        onEvent(event) {
          if (event.type === "sounds") sounds.push(...event.sounds);
        },
      },
      painter: `template ${painter.version}`,
      stepKind: "SCENE",
      async soundtrack(own, { counted: { durationMs } }) {
        await publishCaptions(own, { clips, language: composition.language, sounds });
        const folder = join(template, SOUNDS_FOLDER);
        const soundtrack = planSoundtrack(sounds, { clips, durationMs, folder, music: tune });
        return soundtrack && mixSamples(own, soundtrack);
      },
    };
  };
  await runDrawing(attempt, {
    ...{ content: data, contentType: "application/json", container: "template" },
    ...{ settings: composition, painterBytes: PAINTER_BYTES, prepare },
  });
}

export const toJob = (
  { width, height, frameRate }: CompositionSettings,
  files: { template: string; data: string },
): TemplateJob => ({ version: 1, mode: "DRAW", ...files, width, height, frameRate });

/** What a drawing would end with later: it is better known before anything is spoken. */
export const finalWarnings: ReadonlySet<string> = new Set(["TEXT_TOO_LONG"]);

/** The texts that the template speaks, in order. Throws a final `RenderError` for data that does not fit. */
async function readTexts(
  { log, signal }: CompositionAttempt,
  options: Omit<PaintingOptions, "signal" | "log">,
): Promise<readonly SpokenText[]> {
  const texts: SpokenText[] = [];
  const misfits: { code: string; message: string }[] = [];
  await using painting = new Painting({
    ...{ ...options, signal, log },
    onEvent(event) {
      if (event.type === "spoken") texts.push(...event.texts);
      if (event.type === "warning" && finalWarnings.has(event.code)) misfits.push(event);
    },
  });
  await painting.check();
  const [first] = misfits;
  if (first === undefined) return texts;
  const more = misfits.length > 1 ? ` (and ${misfits.length - 1} more)` : "";
  throw inputError(first.code, `${first.message}${more}`);
}
