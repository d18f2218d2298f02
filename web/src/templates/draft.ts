import type { TemplateSourceInput } from "../api/index.ts";
import type { BaseDraft } from "../drafts/index.ts";
import { toBackground } from "./background.ts";
import { isEqual, isObject, type Json, type JsonObject } from "./form/index.ts";
import type { LoadedQuestions } from "./load-questions.ts";

/** What a user writes and chooses for a template. */
export interface Draft extends BaseDraft {
  title: string;
  data: JsonObject;
  /** Name of a voice; empty: the language's first one; `NONE`: no voice. */
  voice: string;
  /** Multiple of the voice's usual speed. */
  rate: number;
  /** Pixels of the shorter side; 0: the template's. */
  height: number;
  /** Id of a material; empty: no music. */
  music: string;
  /** A clip as `clipText` writes it; empty: the template's own background. */
  background: string;
  /** Ids of the pictures and fonts that the data names. */
  materials: readonly string[];
  /** Id of the set that its questions were taken from; empty: none. */
  questionSet: string;
}

export const blankDraft: Draft = {
  ...{ title: "", data: {}, voice: "", rate: 1, height: 0, music: "", background: "" },
  ...{ materials: [], questionSet: "", videos: [] },
};

/** The draft as the API accepts it. Pure. */
export function toSource(
  { data, voice, rate, height, music, background, materials }: Draft,
  { name, version }: { name: string; version: number },
): TemplateSourceInput {
  const clip = toBackground(background);
  return {
    ...{ template: name, version, data },
    ...((voice !== "" || rate !== 1) && { voice: { ...(voice && { name: voice }), rate } }),
    ...(height !== 0 && { height }),
    ...(music && { music }),
    ...(clip && { background: clip }),
    ...(materials.length > 0 && { materials: [...materials] }),
  };
}

/** The draft as a correction: settings are named, because those that are omitted stay as published. Pure. */
export function toCorrection(
  draft: Draft,
  template: { name: string; width: number; height: number },
): TemplateSourceInput {
  const { data, voice, rate, height, music, background, materials } = draft;
  return {
    ...{ template: template.name, data, voice: { ...(voice && { name: voice }), rate } },
    height: height === 0 ? Math.min(template.width, template.height) : height,
    ...{ music: music || null, background: toBackground(background), materials: [...materials] },
  };
}

/** A title for the video: the chosen one, else the data's, else the template's. Pure. */
export function titleOf({ title, data }: Draft, template: string): string {
  const own = data["title"];
  return title.trim() || (typeof own === "string" && own.trim()) || template;
}

/**
 * Data with other questions. What is still the example's goes, because its texts are about something else.
 * `names`: fields of the template's data.
 * Pure.
 */
export function withQuestions(
  data: JsonObject,
  { topic, language, questions }: LoadedQuestions,
  { field, names, example }: { field: string; names: ReadonlySet<string>; example: Json },
): JsonObject {
  const { [field]: _before, ...others } = data;
  const texts = isObject(example) ? example : {};
  const kept = Object.entries(others).filter(
    ([name, value]) => typeof value !== "string" || !isEqual(value, texts[name]),
  );
  return {
    ...(names.has("title") && { title: topic }),
    ...Object.fromEntries(kept),
    ...(names.has("language") && { language }),
    [field]: questions,
  };
}
