import { EncoderChange, type RenderState } from "@reelay/contracts";
import { z } from "zod";
import type { Change } from "../../../events/index.ts";

/**
 * New replaced encoders in a report: the attempt's column, and an event for each. The list only grows, so its
 * length shows what is new, however often a report arrives. Null: nothing. Pure.
 */
export function planEncoderChanges(
  known: unknown,
  { encoderChanges = [] }: Pick<RenderState, "encoderChanges">,
): { encoderChanges: EncoderChange[]; changes: Change[] } | null {
  const before =
    z
      .array(EncoderChange)
      .nullable()
      .parse(known ?? null)?.length ?? 0;
  const fresh = encoderChanges.slice(before);
  if (fresh.length === 0) return null;
  return {
    encoderChanges,
    changes: fresh.map(({ from, to, reason, variants }) => ({
      type: "attempt.encoder-replaced",
      data: { from, to, reason, variants },
    })),
  };
}
