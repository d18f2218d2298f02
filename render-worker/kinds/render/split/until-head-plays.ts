import { sleep } from "../../../wait.ts";
import type { RenderAttempt } from "../context.ts";

/**
 * Waits until a head's first segments are stored, when measurements beside it start. Rejects with the
 * signal's reason.
 */
export async function untilHeadPlays(
  { state }: Pick<RenderAttempt, "state">,
  signal: AbortSignal,
): Promise<void> {
  while (!state.current.parts?.some(({ segments }) => segments.length > 0)) await sleep(100, signal);
}
