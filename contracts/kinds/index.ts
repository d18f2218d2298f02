/** The kinds of tasks. A new kind adds its definition to `kindDefinitions`. */
import type { Profile } from "../profile.ts";
import { animation } from "./animation.ts";
import { composition } from "./composition.ts";
import { type KindDefinition, KindParams, type Requirements } from "./define-kind.ts";
import { download } from "./download.ts";
import { poster } from "./poster.ts";
import { preview } from "./preview.ts";
import { transcode } from "./transcode.ts";

export * from "./animation.ts";
export * from "./composition.ts";
export * from "./define-kind.ts";
export * from "./download.ts";
export * from "./download-file.ts";
export * from "./drawing.ts";
export * from "./materials.ts";
export * from "./poster.ts";
export * from "./preview.ts";
export * from "./render-state.ts";
export * from "./transcode.ts";
export * from "./variants-progress.ts";
export * from "./video-params.ts";

export const kindDefinitions = {
  [transcode.name]: transcode,
  [animation.name]: animation,
  [composition.name]: composition,
  [poster.name]: poster,
  [preview.name]: preview,
  [download.name]: download,
} as const;

export type KindName = keyof typeof kindDefinitions;
export type AssetKind = {
  [Name in KindName]: (typeof kindDefinitions)[Name]["produces"] extends "ASSET" ? Name : never;
}[KindName];

const byName: ReadonlyMap<string, KindDefinition> = new Map(Object.entries(kindDefinitions));

/** The definition of a kind; undefined for a kind of another release. */
export const kindOf = (name: string): KindDefinition | undefined => byName.get(name);

function definitionOf(name: string): KindDefinition {
  const definition = kindOf(name);
  if (definition === undefined) throw new Error(`There is no kind ${name}.`);
  return definition;
}

/** Checks `Task.params` for a task of this kind. Throws `ZodError`. */
export const parseTaskParams = (kind: string, params: unknown): KindParams =>
  KindParams.parse(definitionOf(kind).taskParams.parse(params));

/** Names of the kinds that produce this. */
export const kindsThatProduce = (produces: KindDefinition["produces"]): string[] =>
  [...byName.values()].filter((kind) => kind.produces === produces).map(({ name }) => name);

/** Names of the kinds whose sources can be checked. */
export const checkableKinds: readonly string[] = [...byName.values()]
  .filter(({ isCheckable }) => isCheckable)
  .map(({ name }) => name);

/** Names of the kinds whose first tasks may be express tasks. */
export const expressKinds: readonly string[] = [...byName.values()]
  .filter(({ hasExpress }) => hasExpress)
  .map(({ name }) => name);

/**
 * The requirements of a kind's tasks for a video of this profile. A kind that produces variants encodes the
 * profile's codecs.
 *
 * @param settings of its source, as the database keeps them. Absent: they require nothing
 */
export function requirementsOf(
  kind: string,
  { rungs }: Pick<Profile, "rungs">,
  settings?: unknown,
): Requirements {
  const { requires, requiresFor, produces } = definitionOf(kind);
  const codecs = [...new Set(rungs.map(({ codec }) => codec))];
  return { version: 1, ...requires, ...requiresFor?.(settings), ...(produces === "VARIANTS" && { codecs }) };
}

/** Whether settings of the source decide what tasks of a kind require. */
export const dependsOnSettings = (kind: string): boolean => definitionOf(kind).requiresFor !== undefined;
export { KindData, KindParams, MAX_TOOLS, Requirements, toolName } from "./define-kind.ts";
