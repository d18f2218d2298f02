import { preview as definition } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import { assetKind } from "../asset-kind.ts";
import { makePreview } from "./make-preview.ts";

/** An animated preview of the finished variants. */
export const preview = assetKind({
  definition,
  initial: { preview: null },
  make: (attempt) =>
    inSpan(TRACER_NAME, "preview", { parent: attempt.trace }, async () => ({
      preview: await makePreview(attempt),
    })),
  keyOf: (result) => result.preview?.key,
});
