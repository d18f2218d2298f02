/** Settings that back ends at a provider's HTTP API share. */
import { z } from "zod";
import { isSafeAddress } from "./ask-provider.ts";

/** Environment variable of the API with the provider's key. */
export const keyVariable = z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/);

/** Address of the provider's API. */
export const providerAddress = z
  .url({ protocol: /^https?$/ })
  .refine(isSafeAddress, "give an https address: the requests contain keys. http is for this machine only");

/** Seconds that a request may take. */
export const timeoutSeconds = z.number().min(1).max(300).default(30);
