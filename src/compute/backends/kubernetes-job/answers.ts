/** The fields of Kubernetes' answers that are read. Others may be there: a newer cluster knows more. */
import { z } from "zod";

const Metadata = z.object({
  name: z.string(),
  uid: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
});

export const Job = z.object({
  metadata: Metadata,
  status: z
    .object({
      ready: z.number().default(0),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    })
    .default({ ready: 0, conditions: [] }),
});
export type Job = z.infer<typeof Job>;

const Page = z.object({ continue: z.string().default("") }).default({ continue: "" });

export const JobPage = z.object({ metadata: Page, items: z.array(Job) });

const Pod = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
  status: z.object({
    conditions: z
      .array(
        z.object({
          type: z.string(),
          status: z.string(),
          reason: z.string().default(""),
          message: z.string().default(""),
          lastTransitionTime: z.string().nullish(),
        }),
      )
      .default([]),
    containerStatuses: z
      .array(
        z.object({
          state: z
            .object({
              waiting: z
                .object({ reason: z.string().default(""), message: z.string().default("") })
                .optional(),
              terminated: z.object({ exitCode: z.number() }).optional(),
            })
            .default({}),
        }),
      )
      .default([]),
  }),
});
export type Pod = z.infer<typeof Pod>;

export const PodPage = z.object({ metadata: Page, items: z.array(Pod) });

/** What Kubernetes refuses with. */
export const Status = z.object({
  kind: z.literal("Status"),
  message: z.string().default(""),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional(),
});
