import { poster as definition } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import { assetKind } from "../asset-kind.ts";
import { makePoster } from "./make-poster.ts";

/** A still at a chosen time. */
export const poster = assetKind({
  definition,
  initial: { posterKey: null },
  make: (attempt) =>
    inSpan(TRACER_NAME, "poster", { parent: attempt.trace }, async () => ({
      posterKey: await makePoster(attempt),
    })),
  keyOf: ({ posterKey }) => posterKey,
});
