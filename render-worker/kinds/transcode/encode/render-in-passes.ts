import { sourceVariantName } from "@reelay/contracts";
import type { TranscodeAttempt } from "../context.ts";
import { planPasses } from "./plan-passes.ts";
import { joinMade, renderWithinMemory } from "./render-within-memory.ts";
import type { Made, RenderWork } from "./render-work.ts";

/** Makes a head, or a whole video, in as many goes as this machine needs for a viewer to begin soon. The sound goes with the first. */
export async function renderInPasses(context: TranscodeAttempt, work: RenderWork): Promise<Made> {
  const { part, rungs, sounds } = work;
  const { endMs } = part.span;
  const isCopied = context.state.current.variants.some(
    ({ name, status }) => name === sourceVariantName && ["PENDING", "RENDERING", "READY"].includes(status),
  );
  const passes = planPasses(part.kind, rungs, context.throughput, isCopied);
  if (passes.length > 1) context.log.info({ passes: passes.map((pass) => pass.length) }, "head.in-passes");
  // What comes after the head of a source that is still arriving is the business of an attempt that has the whole.
  const isEarly = context.source?.beginningOf !== undefined;
  const split =
    part.kind === "HEAD" && endMs !== null && !isEarly ? { headEndMs: endMs, rungs, sounds } : null;
  const made: Made[] = [];
  for (const [index, pass] of (passes.length > 0 ? passes : [[]]).entries()) {
    const isLastPass = index >= passes.length - 1;
    const ofPass = {
      ...work,
      isLastPass,
      rungs: pass,
      sounds: index === 0 ? sounds : [],
      ...(split && { split }),
    };
    made.push(await renderWithinMemory(context, ofPass));
  }
  return joinMade(made);
}
