import type { CheckedSourceFragment } from "../api/index.ts";
import { count, formatDuration, formatSpan } from "../format/index.ts";

/** `12 animations, 0:24, about 40 s of processor time`; null while a check has no result. Pure. */
export function describeCheck({
  status,
  waitReason,
  error,
  scene,
  animations,
  durationMs,
  issues,
  estimate,
}: CheckedSourceFragment): string | null {
  if (status === "FAILED") return error?.message ?? "The check failed.";
  if (status === "PENDING") return waitReason;
  if (animations === null || durationMs === null) {
    const errors = issues.filter(({ severity }) => severity === "ERROR").length;
    return errors === 0 ? "Nothing to draw was found." : `${count(errors, "error")}.`;
  }
  const facts = [count(animations, "animation"), formatDuration(durationMs)];
  if (estimate !== null) facts.push(`about ${formatSpan(estimate.cpuSeconds * 1_000)} of processor time`);
  return `${scene === null ? "" : `${scene}: `}${facts.join(", ")}`;
}
