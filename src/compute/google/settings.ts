/** Settings that the back ends on Google Cloud have in common. */
import { z } from "zod";
import { isSafeAddress } from "../ask-provider.ts";

/** ID of a project, also one with a domain. */
export const project = z
  .string()
  .regex(/^([a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "give the project's ID, e.g. acme-video-1");

export const region = z.string().regex(/^[a-z]+-[a-z]+\d+$/, "give a region, e.g. europe-west4");

export const zone = z.string().regex(/^[a-z]+-[a-z]+\d+-[a-z]$/, "give a zone, e.g. europe-west4-a");

export const machineType = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+){1,4}$/, "give a machine type, e.g. g2-standard-4");

export const common = {
  project,
  /** Image of the worker. */
  image: z.string().min(1).max(1_000),
  /** Account as which the worker runs. It needs no right. Default: the service's own default. */
  serviceAccount: z.email().max(320).optional(),
  /** Address of the API, e.g. one of Private Service Connect. Default: Google's. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .refine(
      isSafeAddress,
      "give an https address: the requests contain tokens. http is for this machine only",
    )
    .optional(),
  /** Seconds that a request may take. */
  timeoutSeconds: z.number().min(1).max(300).default(30),
};
