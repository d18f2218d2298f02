import type { CompositionSettings } from "@reelay/contracts";
import {
  builtInTemplates,
  languageOf,
  loadTemplate,
  planScenes,
  planTimeline,
  spokenTexts,
} from "@reelay/templates";
import { InvalidInputError } from "../errors/index.ts";
import type { DrawnText } from "../videos/index.ts";
import type { VideoFacts } from "../work/index.ts";

/** What a client knows about a video. */
export interface FactsInput {
  durationSeconds?: number | null;
  width?: number | null;
  height?: number | null;
  frameRate?: number | null;
  sizeBytes?: number | null;
}

const limits = {
  durationSeconds: { least: 0.1, most: 172_800 },
  width: { least: 16, most: 8_192 },
  height: { least: 16, most: 8_192 },
  frameRate: { least: 1, most: 240 },
  sizeBytes: { least: 1, most: 1e13 },
} as const;

/** The facts, if they suffice for an estimate; a media file of 30 frames per second unless it is stated. */
export function checkFacts(facts: FactsInput): VideoFacts | null {
  for (const [name, { least, most }] of Object.entries(limits)) {
    const value = facts[name as keyof FactsInput];
    if (value != null && !(value >= least && value <= most))
      throw new InvalidInputError(
        "FACTS_INVALID",
        `facts.${name}`,
        `facts.${name}: is ${value}; use ${least} to ${most}, or omit it if you do not know it.`,
      );
  }
  const { durationSeconds, width, height, frameRate, sizeBytes = null } = facts;
  if (durationSeconds == null || width == null || height == null) return null;
  const picture = { width, height, frameRate: frameRate ?? 30 };
  return { durationMs: durationSeconds * 1_000, ...picture, sourceBytes: sizeBytes };
}

/**
 * The facts of a drawn source: its picture, and its length if it is given. That of data for a built-in
 * template is planned, as if each text lasted for as long as reading takes; that of scripts and of other
 * templates is known only once a worker has counted it. Null then.
 */
export async function factsOfDrawn(
  { kind, content, params }: DrawnText,
  { durationSeconds }: FactsInput,
): Promise<VideoFacts | null> {
  const { width, height, frameRate } = params;
  const planned = kind === "TEMPLATE" ? await planData(content, params as CompositionSettings) : null;
  const durationMs = durationSeconds != null ? durationSeconds * 1_000 : (planned?.durationMs ?? null);
  if (durationMs === null) return null;
  return { durationMs, width, height, frameRate, speechCharacters: planned?.speechCharacters ?? 0 };
}

/** Null: the template is not a built-in one. */
async function planData(
  content: string,
  { template, frameRate, voice }: CompositionSettings,
): Promise<Pick<VideoFacts, "durationMs" | "speechCharacters"> | null> {
  if (template.stored) return null;
  const folder = (await builtInTemplates()).get(template.name);
  if (folder === undefined) return null;
  const data = JSON.parse(content) as Record<string, unknown>;
  const scenes = planScenes(await loadTemplate(folder), data);
  const texts = voice === null ? [] : spokenTexts(scenes, languageOf(data));
  return {
    durationMs: planTimeline(scenes, {}, frameRate).durationMs,
    speechCharacters: texts.reduce((sum, { text }) => sum + text.length, 0),
  };
}
