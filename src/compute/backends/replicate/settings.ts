import { z } from "zod";
import { keyVariable, providerAddress, timeoutSeconds } from "../../provider-settings.ts";

const NAME = "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}";

export const Settings = z
  .strictObject({
    /** The deployment of the model that `deploy/` describes: `OWNER/NAME`. */
    deployment: z
      .string()
      .regex(new RegExp(`^${NAME}/${NAME}$`), "give OWNER/NAME")
      .optional(),
    /** Without a deployment: `OWNER/MODEL:VERSION`, or the ID of the version. */
    version: z
      .string()
      .regex(new RegExp(`^(${NAME}/${NAME}:)?[0-9a-f]{64}$`), "give OWNER/MODEL:VERSION or the version's ID")
      .optional(),
    keyVariable: keyVariable.default("REPLICATE_API_TOKEN"),
    endpoint: providerAddress.default("https://api.replicate.com"),
    timeoutSeconds,
  })
  .refine(
    ({ deployment, version }) => (deployment === undefined) !== (version === undefined),
    "give either deployment or version",
  );

export type Settings = z.infer<typeof Settings>;
