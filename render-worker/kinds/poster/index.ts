import { inSpan } from "@reelay/telemetry";
import { tracerName } from "../../attempt/attempt-trace.ts";
import { assetKind } from "../asset-kind.ts";
import { makePoster } from "./make-poster.ts";

/** A picture of a chosen time. */
export const poster = assetKind(
  async (attempt) => {
    const { part } = attempt.task;
    if (part?.kind !== "POSTER") throw new Error("The task of a poster names its time.");
    await inSpan(tracerName, "poster", { parent: attempt.trace }, () => makePoster(attempt, part.atMs));
  },
  ({ posterKey }) => posterKey,
);
