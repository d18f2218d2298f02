import { z } from "zod";
import { keyVariable, providerAddress, timeoutSeconds } from "../../provider-settings.ts";

export const Settings = z.strictObject({
  /** ID of the endpoint, which runs the image that `deploy/` describes. */
  endpointId: z.string().regex(/^[a-z0-9]{1,64}$/, "give the ID of the endpoint, e.g. `v2xk9d7q1a`"),
  keyVariable: keyVariable.default("RUNPOD_API_KEY"),
  endpoint: providerAddress.default("https://api.runpod.ai"),
  timeoutSeconds,
});

export type Settings = z.infer<typeof Settings>;
