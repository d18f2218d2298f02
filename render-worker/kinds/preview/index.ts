import { inSpan } from "@reelay/telemetry";
import { tracerName } from "../../attempt/index.ts";
import { assetKind } from "../asset-kind.ts";
import { makePreview } from "./make-preview.ts";

/** An animated preview of the finished variants. */
export const preview = assetKind(
  (attempt) => inSpan(tracerName, "preview", { parent: attempt.trace }, () => makePreview(attempt)),
  (state) => state.preview?.key,
);
