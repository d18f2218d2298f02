import { inSpan } from "@reelay/telemetry";
import { StopError, toOutcome, tracerName } from "../../attempt/index.ts";
import { acquireTaskSource, probeWithinMemory, reading } from "../ffmpeg/index.ts";
import type { TranscodeAttempt } from "./context.ts";
import { renderEarly } from "./render-early.ts";
import { renderMain } from "./render-main.ts";
import { renderRest } from "./render-rest.ts";
import { decidePart, inOnePieceIfJumping, isRest, planReadEnd } from "./split/index.ts";
import { stillArriving } from "./state/index.ts";

/** Does a task, from the source to stored renditions. */
export async function runTranscode(attempt: TranscodeAttempt): Promise<void> {
  const { task, state, trace } = attempt;
  const step = <T>(name: string, work: () => Promise<T>) => inSpan(tracerName, name, { parent: trace }, work);
  await using file = await step("fetch", () => acquireTaskSource(attempt));
  const { key, contentType, sizeBytes } = file;
  const isEarly = file.beginningOf !== undefined;
  // From here on an unreadable source ends the attempt as well.
  const context = reading(attempt, file);
  try {
    if (!isRest(task) && !isEarly)
      state.update((before) => ({ ...before, source: { key, sizeBytes, contentType, probe: null } }));
    const source = await step("probe", () => probeWithinMemory(context, file));
    const part = await inOnePieceIfJumping(decidePart(task.part, source), source, file);
    if (part.kind === "CHUNK" || part.kind === "AUDIO") {
      file.needsUpTo?.(planReadEnd(source, part.span));
      await renderRest(context, source, part);
    } else if (isEarly) {
      await renderEarly(context, source, part);
    } else {
      await renderMain(context, { file, source, part });
    }
  } catch (error) {
    const outcome = toOutcome(error, attempt.signal);
    // The beginning of a file may look worse than the whole.
    throw isEarly && outcome.kind === "REJECTED" ? stillArriving(outcome.error.message) : error;
  }
  // The task continues when the whole source is there.
  if (isEarly) throw new StopError("INTERRUPTED");
}
