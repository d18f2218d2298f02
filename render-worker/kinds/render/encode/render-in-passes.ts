import { SOURCE_VARIANT_NAME } from "@reelay/contracts";
import type { RenderAttempt } from "../context.ts";
import { planPasses } from "./plan-passes.ts";
import { joinMade, renderWithinMemory } from "./render-within-memory.ts";
import type { Made, RenderWork } from "./render-work.ts";

/**
 * Renders a head or a whole video in as many passes as this machine needs to start playback soon. The first
 * pass includes the audio.
 */
export async function renderInPasses(context: RenderAttempt, work: RenderWork): Promise<Made> {
  const { part, rungs, audioTracks } = work;
  const { endMs } = part.span;
  const isCopied = context.state.current.variants.some(
    ({ name, status }) => name === SOURCE_VARIANT_NAME && ["PENDING", "RENDERING", "READY"].includes(status),
  );
  const passes = planPasses(part.kind, rungs, context.throughput, isCopied);
  if (passes.length > 1) context.log.info({ passes: passes.map((pass) => pass.length) }, "head.in-passes");
  // After the head of a source that is still arriving, a later attempt with the whole source continues.
  const isEarly = context.source?.beginningOf !== undefined;
  const split =
    part.kind === "HEAD" && endMs !== null && !isEarly ? { headEndMs: endMs, rungs, audioTracks } : null;
  const made: Made[] = [];
  for (const [index, pass] of (passes.length > 0 ? passes : [[]]).entries()) {
    const isLastPass = index >= passes.length - 1;
    const ofPass = {
      ...work,
      isLastPass,
      rungs: pass,
      audioTracks: index === 0 ? audioTracks : [],
      ...(split && { split }),
    };
    made.push(await renderWithinMemory(context, ofPass));
  }
  return joinMade(made);
}
