import { z } from "zod";
import { modalSettings, objectName } from "../../modal/index.ts";

export const Settings = z.strictObject({
  /** The function of the app that `deploy/` describes. */
  function: objectName.default("worker"),
  ...modalSettings,
});

export type Settings = z.infer<typeof Settings>;
