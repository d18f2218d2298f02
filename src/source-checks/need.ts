/** The worker that a check needs: the one that would draw the source. */
import { kindOf, type Requirements } from "@reelay/contracts";
import type { SourceKind } from "../../prisma/generated/enums.ts";
import { firstTaskOf, videoKindOf, wireKindOf } from "../database/index.ts";
import { choosePool, explainMismatch, type OfferGroup } from "../workers/index.ts";

/** The kind of task that draws such a source. */
export const taskKindOf = (source: SourceKind): string => wireKindOf(firstTaskOf(videoKindOf(source)));

/** Why no live worker can check such a source, in a sentence; null if one can. Pure. */
export function whyNoWorker(
  source: SourceKind,
  offers: readonly OfferGroup[],
  tools: readonly string[] = [],
): string | null {
  const kind = taskKindOf(source);
  const definition = kindOf(kind);
  if (definition === undefined) throw new Error(`There is no kind ${kind}.`);
  const requirements: Requirements = {
    ...{ version: 1, ...definition.requires },
    ...(tools.length > 0 && { tools: [...tools] }),
  };
  return explainMismatch({ pool: choosePool(requirements, offers), kind, requirements }, offers);
}

/** Versions of the painters that live workers offer for such a source. Pure. */
export function painterVersions(source: SourceKind, offers: readonly OfferGroup[]): ReadonlySet<string> {
  const kind = taskKindOf(source);
  return new Set(
    offers.flatMap(({ offer }) =>
      offer.kinds.filter(({ name }) => name === kind).map(({ version }) => version),
    ),
  );
}
