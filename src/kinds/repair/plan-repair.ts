/** Plans what must be made again, purely; `begin-repair.ts` starts it. */
import { type AssetKind, isAudio, kindsThatProduce } from "@reelay/contracts";
import { chunkTask, type JobPlan, type PlannedPart, planRetry, toSpans } from "../render/index.ts";

export interface DamagedVideo {
  durationMs: number | null;
  variants: readonly { name: string; status: string; position: number }[];
  audioTracks: readonly { name: string }[];
  parts: readonly {
    rendition: string;
    startMs: number;
    initKey: string;
    segments: readonly { key: string }[];
  }[];
  damages: readonly { key: string; subject: string }[];
}

export interface RepairPlan {
  /** The output of one `REPAIR` job from the source; null: none. */
  renditions: {
    /** Renditions to replace, and `storyboard`. */
    repairs: string[];
    /** Variants that its workers may make; empty: only missing ones. */
    onlyVariants: string[];
    left: { plan: JobPlan | null; needsHead: boolean; rest: PlannedPart[] };
  } | null;
  /** Made again from the finished variants, or from the source. */
  assets: AssetKind[];
  /** Subjects that nothing here can make again. */
  lost: string[];
}

/** Damaged assets have their kind's name in lower case. */
const assetKinds = kindsThatProduce("ASSET") as AssetKind[];

/** @param plan of the job that split the video into parts; null: a single task made it all */
export function planRepair(video: DamagedVideo, plan: JobPlan | null): RepairPlan {
  const subjects = [...new Set(video.damages.map(({ subject }) => subject))];
  return {
    renditions: planRenditions(video, plan, subjects),
    assets: assetKinds.filter((kind) => subjects.includes(kind.toLowerCase())),
    lost: subjects.filter((subject) => subject === "captions"),
  };
}

function planRenditions(
  video: DamagedVideo,
  plan: JobPlan | null,
  subjects: readonly string[],
): RepairPlan["renditions"] {
  const names = new Set([...video.variants, ...video.audioTracks].map(({ name }) => name));
  const renditions = subjects.filter((subject) => names.has(subject));
  const withStoryboard = subjects.includes("storyboard");
  if (renditions.length === 0 && !withStoryboard) return null;
  const variants = renditions.filter((name) => !isAudio(name));
  const onlyVariants = withStoryboard ? [] : variants.length > 0 ? variants : smallestReady(video);
  const left = planLeft(video, plan, { renditions, withStoryboard });
  // The storyboard of a long video comes with a chunk of a variant, which is rendered again for it.
  const beside = left.rest.flatMap(({ params }) => params.renditions);
  const repairs = [...new Set([...renditions, ...(withStoryboard ? ["storyboard"] : []), ...beside])];
  return { repairs, onlyVariants, left };
}

/** A job for one finished variant makes no variant at all. */
const smallestReady = ({ variants }: DamagedVideo): string[] =>
  variants
    .filter(({ status }) => status === "READY")
    .toSorted((a, b) => a.position - b.position)
    .slice(0, 1)
    .map(({ name }) => name);

function planLeft(
  video: DamagedVideo,
  plan: JobPlan | null,
  { renditions, withStoryboard }: { renditions: readonly string[]; withStoryboard: boolean },
): NonNullable<RepairPlan["renditions"]>["left"] {
  if (plan === null) return { plan, needsHead: true, rest: [] };
  const durationMs = video.durationMs ?? 0;
  const left =
    renditions.length > 0
      ? planRetry({ plan, durationMs, renditions, complete: intactParts(video) })
      : { needsHead: false, rest: [] };
  // In a long video, the task for the last pictures also makes the storyboard.
  const last = toSpans(plan).at(-1);
  const [smallest = ""] = plan.groups[0] ?? [];
  const hasLast = left.rest.some(({ kind, params }) => kind === "CHUNK" && params.endMs === null);
  const storyboard: PlannedPart[] =
    withStoryboard && last !== undefined && !hasLast
      ? [chunkTask({ ...last, renditions: [smallest] }, durationMs)]
      : [];
  return { plan, needsHead: left.needsHead, rest: [...left.rest, ...storyboard] };
}

/** Parts without damaged objects. */
function intactParts({ parts, damages }: Pick<DamagedVideo, "parts" | "damages">) {
  const damaged = new Set(damages.map(({ key }) => key));
  return parts.filter(
    ({ initKey, segments }) => !damaged.has(initKey) && segments.every(({ key }) => !damaged.has(key)),
  );
}
