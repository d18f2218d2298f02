import type { RenditionPart, TranscodeParams } from "@reelay/contracts";
import type { PlannedRung } from "../../media/ladder/index.ts";
import type { AudioTrack } from "../../media/probe/index.ts";
import {
  announceSplit,
  type Made,
  type PartDecision,
  type RenderAttempt,
  type RenderWork,
} from "../render/index.ts";

/**
 * The parts of a head that was made while the source was arriving, if they are what this attempt would make
 * with the whole source: all renditions, exactly alike. Null: it makes the head itself. Pure.
 */
export function keptHead(
  { keep, ladder }: Pick<TranscodeParams, "keep" | "ladder">,
  {
    part,
    rungs,
    audioTracks,
  }: { part: PartDecision; rungs: readonly PlannedRung[]; audioTracks: readonly Pick<AudioTrack, "name">[] },
): RenditionPart[] | null {
  if (part.kind !== "HEAD" || keep.parts === undefined) return null;
  const parts = keep.parts.filter(({ endMs }) => endMs === part.span.endMs);
  const isThere = (name: string) => parts.some(({ rendition }) => rendition === name);
  const isSame = (rung: PlannedRung) =>
    ladder?.some(
      (made) =>
        made.name === rung.name &&
        made.codec === rung.codec &&
        made.width === rung.width &&
        made.height === rung.height &&
        made.frameRate === rung.frameRate,
    ) === true;
  const fits = rungs.every((rung) => isThere(rung.name) && isSame(rung));
  const names = new Set([...rungs, ...audioTracks].map(({ name }) => name));
  if (names.size === 0 || !fits || !audioTracks.every(({ name }) => isThere(name))) return null;
  return parts.filter(({ rendition }) => names.has(rendition));
}

/** Skips making the head: reports the work for other tasks, once decided, with this worker's known speed. */
export async function passOnHead(context: RenderAttempt, work: RenderWork): Promise<Made> {
  const { state, throughput } = context;
  const { rungs, audioTracks, decision } = work;
  const headEndMs = work.part.span.endMs;
  if (headEndMs === null) throw new Error("The head has no end.");
  state.update((before) => ({
    ...before,
    variants: before.variants.map((variant) =>
      rungs.some(({ name }) => name === variant.name) ? { ...variant, status: "RENDERING" } : variant,
    ),
  }));
  await decision?.settle();
  const [codec, ...others] = new Set(rungs.map((rung) => rung.codec));
  const pixelsPerSecond = codec !== undefined && others.length === 0 ? throughput.of(codec) : null;
  // Its encoders are known only to the attempt that made it.
  const devices = { encoders: new Map() };
  announceSplit(
    state,
    { headEndMs, rungs, audioTracks },
    { pixelsPerSecond, devices, ...(decision && { decision }) },
  );
  return { command: [], encoders: {} };
}
