import {
  type AudioState,
  audioRoles,
  type Kept,
  Profile,
  PublishedPlaylist,
  toAudioFields,
  type VariantState,
} from "@reelay/contracts";
import type { TaskWithAll } from "../jobs/index.ts";
import { inOrder } from "../streaming/index.ts";

/** The parameters that all kinds share: the job's profile, and the renditions that are finished. */
export function toVideoParams({ job }: TaskWithAll): { version: 1; profile: Profile; keep: Kept } {
  const { variants, audioTracks } = job.video;
  const tracks = audioTracks.filter(({ name }) => !job.repairs.includes(name));
  return {
    version: 1,
    profile: Profile.parse(job.profile),
    keep: {
      variants: variants.filter((variant) => isKept(job, variant)).map(toVariantState),
      ...toAudioFields(inOrder(tracks).flatMap(toKeptAudio)),
    },
  };
}

/**
 * The name under which a download is saved. Public, since the key is part of an address: only signed requests
 * see the title.
 */
export const downloadNameOf = ({ download }: Profile): { downloadName?: string } =>
  download ? { downloadName: "download.mp4" } : {};

type VariantRow = TaskWithAll["job"]["video"]["variants"][number];

/** Finished, and not to be made again. */
export const isKept = ({ repairs }: TaskWithAll["job"], { name, status }: VariantRow): boolean =>
  status === "READY" && !repairs.includes(name);

export function toVariantState(variant: VariantRow): VariantState {
  const { width, height } = variant;
  if (width === null || height === null) throw new Error(`Variant ${variant.id} was planned without a size.`);
  return {
    name: variant.name,
    index: variant.position,
    tier: variant.tier,
    status: variant.status,
    codec: variant.codec,
    width,
    height,
    frameRate: variant.frameRate,
    bitrateBps: variant.bitrateBps,
    ...(variant.qualityOffset !== 0 && { qualityOffset: variant.qualityOffset }),
    ...(variant.minVmaf !== null && { minVmaf: variant.minVmaf }),
    playlist: PublishedPlaylist.nullable().parse(variant.playlist ?? null),
    skipReason: null,
    error: null,
  };
}

function toKeptAudio(row: TaskWithAll["job"]["video"]["audioTracks"][number]): AudioState[] {
  const { name, label, role, codec, channels, language, startMs } = row;
  const playlist = PublishedPlaylist.nullable().parse(row.playlist ?? null);
  if (!playlist?.isComplete) return [];
  const known = audioRoles.find((word) => word === role);
  const described = { name, ...(label !== null && { label }), ...(known && { role: known }) };
  return [{ ...described, ...(startMs > 0 && { startMs }), codec, channels, language, playlist }];
}
