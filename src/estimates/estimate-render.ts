import { Requirements, requirementsOf } from "@reelay/contracts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { firstTaskOf, videoKindOf, wireKindOf } from "../database/index.ts";
import { InvalidInputError } from "../errors/index.ts";
import {
  type Candidate,
  type Choice,
  type ComputeOffer,
  chooseOffer,
  costOf,
  isStale,
  type Range,
  toMicros,
  totalOf,
} from "../prices/index.ts";
import { chooseProfile } from "../profiles/index.ts";
import { planDrawn, type SourceInput } from "../videos/index.ts";
import { estimateWork, featuresOf, objectsOf, type Work, type WorkKey } from "../work/index.ts";
import { explainMismatch, type OfferGroup, readOffers } from "../workers/index.ts";
import { checkFacts, type FactsInput, factsOfDrawn } from "./facts.ts";

export interface EstimateRenderInput {
  source: SourceInput;
  /** Default: the default profile. */
  profile?: string | null;
  facts?: FactsInput | null;
}

/** What a render would cost and take on one kind of machine. Money in micro-USD. */
export interface OfferEstimate {
  offer: ComputeOffer;
  cost: Range;
  /** The likely cost by reason. */
  includes: { compute: number; overhead: number; objects: number; egress: number };
  /** Until it is done, once a slot is free. */
  doneSeconds: Range;
  work: Work;
  arePricesStale: boolean;
  refusal: Candidate["refusal"];
}

export interface RenderEstimate {
  durationMs: number | null;
  offers: OfferEstimate[];
  choice: Choice;
}

/**
 * Estimates a render before anything runs, on each kind of machine, and chooses by the policy. Writes
 * nothing.
 *
 * Throws `InvalidInputError` (`FACTS_INVALID`; `FACTS_MISSING` if nothing is known about the source nor about
 * others of its kind; and what `createVideo` throws for the source and the profile).
 */
export async function estimateRender(
  deps: Pick<OperationDeps, "db" | "clock" | "offers" | "limits">,
  { workspaceId }: Pick<Viewer, "workspaceId">,
  { source, profile: name, facts }: EstimateRenderInput,
): Promise<RenderEstimate> {
  const { db, clock } = deps;
  const profile = await chooseProfile(db, workspaceId, name);
  const drawn = await planDrawn(deps, workspaceId, source);
  const known = facts ?? {};
  const checked = checkFacts(known);
  const video = drawn ? await factsOfDrawn(drawn, known) : checked;
  const sourceKind = drawn?.kind ?? (source.upload ? "UPLOAD" : "URL");
  const kind = videoKindOf(sourceKind);
  const key: WorkKey = { kind, source: sourceKind, params: drawn?.params ?? null, profile: profile.name };
  const uploadedBytes = Number(source.upload?.sizeBytes ?? 0);
  const features =
    video && featuresOf(profile, { ...video, ...(uploadedBytes > 0 && { sourceBytes: uploadedBytes }) });
  const groups = await readOffers(db, clock());
  const requirements = requirementsOf(wireKindOf(firstTaskOf(kind)), profile);
  const offers: OfferEstimate[] = [];
  for (const offer of deps.offers.offers) {
    const work = await estimateWork(db, key, { offer: offer.name, features });
    if (work === null) throw factsMissing(source);
    const amounts = {
      objects: video ? objectsOf(profile, video) : 0,
      bytesRead: uploadedBytes,
    };
    const refusal = judge(offer, { groups, requirements, kind: wireKindOf(firstTaskOf(kind)) });
    offers.push({
      ...priceWork(offer, work, amounts, refusal),
      arePricesStale: isStale(offer.prices, clock()),
    });
  }
  const { policy, deadlineSeconds } = deps.offers;
  const candidates = offers.map(
    ({ offer, cost, doneSeconds, refusal }): Candidate => ({
      ...{ name: offer.name, costMicros: cost, doneSeconds, refusal },
    }),
  );
  return {
    durationMs: video?.durationMs ?? null,
    offers,
    choice: chooseOffer(candidates, { policy, deadlineSeconds }),
  };
}

/** The cost of work on a kind of machine; starting one counts if none runs. Pure. */
function priceWork(
  offer: ComputeOffer,
  work: Work,
  amounts: { objects: number; bytesRead: number },
  refusal: Candidate["refusal"],
): Omit<OfferEstimate, "arePricesStale"> {
  const at = (bound: keyof Range) =>
    costOf(offer.rate, {
      wallSeconds: work.wallSeconds[bound],
      cpuSeconds: work.cpuSeconds[bound],
      ...amounts,
    });
  const isCold = refusal !== null;
  const startSeconds = isCold ? offer.startSeconds : 0;
  const least = toMicros(offer.rate.slotSecond * offer.slots, offer.minimumSeconds * 1_000);
  /** Its start, and what the least billed time adds to a machine that does this alone. */
  const overheadOf = (bound: keyof Range): number =>
    isCold ? Math.max(offer.startMicros, least - at(bound).computeMicros) : 0;
  const total = (bound: keyof Range): number => totalOf(at(bound)) + overheadOf(bound);
  const likely = at("likely");
  return {
    offer,
    cost: { low: total("low"), likely: total("likely"), high: total("high") },
    includes: {
      compute: likely.computeMicros,
      overhead: overheadOf("likely"),
      objects: likely.objectsMicros,
      egress: likely.egressMicros,
    },
    doneSeconds: {
      low: work.wallSeconds.low + startSeconds,
      likely: work.wallSeconds.likely + startSeconds,
      high: work.wallSeconds.high + startSeconds,
    },
    work,
    refusal,
  };
}

/** Whether a live worker of the offer can render it. Pure. */
function judge(
  { name, pool }: ComputeOffer,
  { groups, requirements, kind }: { groups: readonly OfferGroup[]; requirements: Requirements; kind: string },
): Candidate["refusal"] {
  const mine = groups.filter(({ offer }) => offer.computeOffer === undefined || offer.computeOffer === name);
  const reason = explainMismatch({ pool, kind, requirements: Requirements.parse(requirements) }, mine);
  return reason === null ? null : { code: "NO_WORKER", reason };
}

function factsMissing({ upload, manim }: SourceInput): InvalidInputError {
  const what = manim
    ? "`facts.durationSeconds`, which `checkSource` counts for a script"
    : upload
      ? "`facts` with durationSeconds, width and height, as the client's player shows them"
      : "`facts` with durationSeconds, width and height";
  return new InvalidInputError(
    "FACTS_MISSING",
    "facts",
    `facts: the length of the source is unknown, and no video of its kind has been rendered yet. Pass ${what}.`,
  );
}
