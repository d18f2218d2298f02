import type { LaunchOrder } from "../../compute-backend.ts";
import type { Settings } from "./settings.ts";

/** By this label Jobs and Pods of Reelay are listed. */
export const managed = { "app.kubernetes.io/managed-by": "reelay" };

/** How long an ended Job is kept: its name is refused to a repeated order, and its exit code can be read. */
const KEPT_SECONDS = 3_600;
/** User `node` of the worker's image. */
const USER = 1_000;

/** The Job of an order. Secret variables are read from a Secret with the order's name. Pure. */
export function jobOf(order: LaunchOrder, settings: Settings): object {
  const { cpu, memory, gpus, image, pullSecret, nodeSelector, tolerations, queue } = settings;
  const labels = { ...managed, "app.kubernetes.io/name": "reelay-worker" };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: order.name,
      labels: { ...labels, ...(queue !== undefined && { "kueue.x-k8s.io/queue-name": queue }) },
    },
    spec: {
      // Another try would join with a used token: a new machine is a new order.
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil(order.endsWithinSeconds),
      ttlSecondsAfterFinished: KEPT_SECONDS,
      ...(queue !== undefined && { suspend: true }),
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          // A worker asks Reelay only, never Kubernetes.
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          nodeSelector,
          tolerations,
          ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
          securityContext: {
            ...{ runAsNonRoot: true, runAsUser: USER, runAsGroup: USER, fsGroup: USER },
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: "worker",
              image,
              env: variablesOf(order),
              resources: {
                requests: { cpu, memory },
                limits: { memory, ...(gpus > 0 && { "nvidia.com/gpu": String(gpus) }) },
              },
              securityContext: {
                ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [
                { name: "work", mountPath: "/work" },
                { name: "tmp", mountPath: "/tmp" },
              ],
            },
          ],
          volumes: [
            { name: "work", emptyDir: {} },
            { name: "tmp", emptyDir: {} },
          ],
        },
      },
    },
  };
}

const variablesOf = ({ name: order, environment, secretVariables }: LaunchOrder): object[] =>
  Object.entries(environment).map(([name, value]) =>
    secretVariables.includes(name)
      ? { name, valueFrom: { secretKeyRef: { name: order, key: name } } }
      : // Kubernetes would expand $(NAME).
        { name, value: value.replaceAll("$(", "$$$$(") },
  );

/** The order's Secret. It belongs to the Job, with which Kubernetes removes it. Pure. */
export const secretOf = ({ name, environment, secretVariables }: LaunchOrder, uid: string): object => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name,
    labels: managed,
    ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid }],
  },
  type: "Opaque",
  immutable: true,
  stringData: Object.fromEntries(
    secretVariables.flatMap((variable) => {
      const value = environment[variable];
      return value === undefined ? [] : [[variable, value]];
    }),
  ),
});
