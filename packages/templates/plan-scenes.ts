import { renderHtml, renderText } from "./liquid.ts";
import type { Template } from "./load-template.ts";
import type { Fit, Mark, SceneTemplate } from "./manifest.ts";
import { TemplateError, type TemplateIssue } from "./template-error.ts";

const MAX_SCENES = 2_000;
/** Of a key of the data that names a scene. */
const KEY = /^[\w.-]{1,100}$/;
const DEFAULT_REST_MS = 300;
const MAX_SPOKEN = 4_000;

/** A mark of one scene, with its texts resolved. */
export interface ScenePart {
  mark: string;
  /** Empty: nothing is said. */
  speak: string;
  restMs: number;
  /** Least length. */
  lastsMs: number;
  stagger: number | undefined;
  sound: Mark["sound"];
}

/** A scene of one video. */
export interface Scene {
  /** E.g. `questions-3`: stays the same when another scene changes or, with a key, when it moves. */
  id: string;
  title: string;
  /** JSON pointer to its data, e.g. `/questions/3`. */
  path: string;
  /** File that it was rendered from. */
  file: string;
  html: string;
  timeline: readonly ScenePart[];
  fits: readonly Fit[];
}

/** A text to speak, in the order of the timeline. */
export interface Spoken {
  /** Index of the scene. */
  scene: number;
  /** `SCENE/MARK`. */
  id: string;
  text: string;
  /** BCP 47. */
  language: string;
}

interface Item {
  key: string;
  path: string;
  fields: Record<string, unknown>;
}

/** Language of data that names none. */
const DEFAULT_LANGUAGE = "en";

export const languageOf = (data: Record<string, unknown>): string =>
  typeof data["language"] === "string" && /^[\w-]{2,35}$/.test(data["language"])
    ? data["language"]
    : DEFAULT_LANGUAGE;

/** The scenes that checked data resolves to. Throws a `TemplateError`. */
export function planScenes({ manifest, html }: Template, data: Record<string, unknown>): Scene[] {
  const scenes: Scene[] = [];
  const ids = new Set<string>();
  for (const template of manifest.scenes) {
    const items = itemsOf(template, data);
    for (const [index, { key, path, fields }] of items.entries()) {
      const language = languageOf(data);
      const scope = { ...fields, data, index, number: index + 1, count: items.length, language };
      if (!isWanted(template.when, scope)) continue;
      const id = `${template.for ?? template.html.replace(/\.\w+$/, "")}-${key}`;
      if (ids.has(id)) throw new TemplateError(duplicateKey(path, template.key ?? "", key));
      ids.add(id);
      scenes.push({
        ...{ id, path, file: template.html, fits: template.fits },
        title: (template.title === undefined ? "" : renderText(template.title, scope, template.html)) || id,
        html: renderHtml(html.get(template.html) ?? "", scope, template.html),
        timeline: template.timeline
          .filter(({ when }) => isWanted(when, scope))
          .map((mark) => resolveMark(mark, scope, { path, file: template.html })),
      });
      if (scenes.length > MAX_SCENES)
        throw new TemplateError({
          code: "TEMPLATE_TOO_COSTLY",
          path: `/${template.for ?? ""}`,
          message: `The data makes more than ${MAX_SCENES} scenes. Divide it into several videos.`,
        });
    }
  }
  if (scenes.length === 0)
    throw new TemplateError({
      code: "DATA_INVALID",
      path: "",
      message: "The data makes no scene: its lists are empty. Add an item.",
    });
  return scenes;
}

/** All texts that are spoken. */
export const spokenTexts = (scenes: readonly Scene[], language: string): Spoken[] =>
  scenes.flatMap(({ id, timeline }, scene) =>
    timeline
      .filter(({ speak }) => speak !== "")
      .map(({ mark, speak }) => ({ scene, id: `${id}/${mark}`, text: speak, language })),
  );

function itemsOf({ for: field, key }: SceneTemplate, data: Record<string, unknown>): Item[] {
  if (field === undefined) return [{ key: "0", path: "", fields: data }];
  const items = data[field];
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown, index) => {
    const fields = isRecord(item) ? item : { item };
    const named = key === undefined ? undefined : fields[key];
    const name = typeof named === "string" || typeof named === "number" ? String(named) : "";
    return { key: KEY.test(name) ? name : String(index), path: `/${field}/${index}`, fields };
  });
}

function resolveMark(mark: Mark, scope: object, { path, file }: { path: string; file: string }): ScenePart {
  const speak = mark.speak === undefined ? "" : renderText(mark.speak, scope, file).replaceAll(/\s+/g, " ");
  if (speak.length > MAX_SPOKEN)
    throw new TemplateError({
      code: "TEXT_TOO_LONG",
      path,
      message: `${path}: ${speak.length} characters are spoken at "${mark.mark}"; at most ${MAX_SPOKEN} are. Shorten the text.`,
    });
  return {
    ...{ mark: mark.mark, speak, sound: mark.sound, stagger: mark.stagger },
    restMs: mark.restMs ?? DEFAULT_REST_MS,
    lastsMs: toMs(mark.lasts ?? 0, scope, { mark: mark.mark, path, file }),
  };
}

const MAX_MARK_MS = 600_000;

function toMs(
  lasts: number | string,
  scope: object,
  { mark, path, file }: { mark: string; path: string; file: string },
): number {
  if (typeof lasts === "number") return lasts;
  const text = renderText(lasts, scope, file);
  const value = Number(text);
  if (text !== "" && value >= 0 && value <= MAX_MARK_MS) return Math.round(value);
  throw new TemplateError({
    code: "DATA_INVALID",
    path,
    message: `${path || "The data"}: "${mark}" lasts "${text.slice(0, 60)}"; expected 0 to ${MAX_MARK_MS} ms. Correct the field that it is computed from.`,
  });
}

const isWanted = (when: string | undefined, scope: object): boolean =>
  when === undefined || !["", "false", "0"].includes(renderText(when, scope, "template.json"));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const duplicateKey = (path: string, field: string, key: string): TemplateIssue => ({
  code: "DATA_INVALID",
  path: `${path}/${field}`,
  message: `${path}/${field}: "${key}" names an earlier item as well. Give each item a name of its own, or none.`,
});
