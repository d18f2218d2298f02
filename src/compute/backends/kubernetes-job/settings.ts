import { z } from "zod";

/** What kubelet mounts into the Pod of the API. */
const MOUNTED = "/var/run/secrets/kubernetes.io/serviceaccount";

const quantity = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,3})?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, "give e.g. 4, 500m or 8Gi");

/** A name of Kubernetes: a DNS label. */
const label = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "give lower-case letters, digits and hyphens, at most 63");

export const Settings = z.strictObject({
  /** Address of the cluster's API. Default: that of the cluster in which the API runs. */
  server: z.url({ protocol: /^https$/ }).optional(),
  /** File with the certificate of the authority. Default: the Pod's; with `server` the system's. */
  caFile: z.string().min(1).optional(),
  /** Environment variable of the API with the token. Default: the token of the Pod's service account. */
  tokenVariable: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,99}$/)
    .optional(),
  /** File with the token, which is read for every request, as it is replaced while the API runs. */
  tokenFile: z.string().min(1).default(`${MOUNTED}/token`),
  namespace: label,
  /** Image of the worker. */
  image: z.string().min(1).max(1_000),
  /** Secret of the namespace with the key of the image's registry. */
  pullSecret: label.optional(),
  cpu: quantity.default("4"),
  memory: quantity.default("8Gi"),
  /** NVIDIA GPUs. */
  gpus: z.int().min(0).max(16).default(0),
  /** Labels that a node must have. */
  nodeSelector: z.record(z.string().max(317), z.string().max(63)).default({}),
  tolerations: z
    .array(
      z.strictObject({
        key: z.string().max(317).optional(),
        operator: z.enum(["Exists", "Equal"]).optional(),
        value: z.string().max(63).optional(),
        effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
      }),
    )
    .default([]),
  /** Local queue of Kueue, which then decides when the Job starts. */
  queue: label.optional(),
  /** Seconds that a Pod may wait for a node before no more Jobs are created. */
  placementSeconds: z.number().min(1).max(3_600).default(120),
  /** Seconds that a request may take. */
  timeoutSeconds: z.number().min(1).max(300).default(30),
});

export type Settings = z.infer<typeof Settings>;

/** Certificate of the cluster's authority, in the API's Pod. */
export const mountedCa = `${MOUNTED}/ca.crt`;
