/** The worker that a check needs: the one that would draw the script. */
import { animation, type Requirements } from "@reelay/contracts";
import { choosePool, explainMismatch, type OfferGroup } from "../workers/index.ts";

/** Sources of this kind can be checked. */
export const { name: checkedKind } = animation;

const requirements: Requirements = { version: 1, ...animation.requires };

/** Why no live worker can check a script, in a sentence; null if one can. Pure. */
export const whyNoWorker = (offers: readonly OfferGroup[]): string | null =>
  explainMismatch({ pool: choosePool(requirements, offers), kind: checkedKind, requirements }, offers);

/** Versions of the painters that live workers offer. Pure. */
export const painterVersions = (offers: readonly OfferGroup[]): ReadonlySet<string> =>
  new Set(
    offers.flatMap(({ offer }) =>
      offer.kinds.filter(({ name }) => name === checkedKind).map(({ version }) => version),
    ),
  );
