import { inSpan } from "@reelay/telemetry";
import { tracerName } from "../attempt/attempt-trace.ts";
import type { AttemptContext } from "../attempt/context.ts";
import { makeDownload } from "./download/make-download.ts";
import { makePoster } from "./poster/make-poster.ts";
import { makePreview } from "./preview/make-preview.ts";

/** Does a task that makes something of a video besides its variants; false: it is none. */
export async function makeFollowUp(context: AttemptContext): Promise<boolean> {
  const { part, keep } = context.task;
  const step = (name: string, work: () => Promise<void>) =>
    inSpan(tracerName, name, { parent: context.trace }, work);
  switch (part?.kind) {
    case "DOWNLOAD":
      // Of what others made: the source is not read.
      await makeDownload(context, keep);
      return true;
    case "POSTER":
      await step("poster", () => makePoster(context, part.atMs));
      return true;
    case "PREVIEW":
      await step("preview", () => makePreview(context));
      return true;
    default:
      return false;
  }
}
