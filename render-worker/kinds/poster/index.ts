import { inSpan } from "@reelay/telemetry";
import { tracerName } from "../../attempt/index.ts";
import { assetKind } from "../asset-kind.ts";
import { makePoster } from "./make-poster.ts";

/** A picture of a chosen time. */
export const poster = assetKind(
  async (attempt) => {
    const { atMs = 0 } = attempt.task;
    await inSpan(tracerName, "poster", { parent: attempt.trace }, () => makePoster(attempt, atMs));
  },
  ({ posterKey }) => posterKey,
);
