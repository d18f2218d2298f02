import type { Machine } from "../../compute-backend.ts";
import type { LaunchErrorCode } from "../../launch-error.ts";
import type { Job, Pod } from "./answers.ts";

/** Reasons for which a container's image is not there, as kubelet names them. */
const imageReasons = new Set(["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"]);

/** Name of the Pod's Job. */
export const jobNameOf = ({ metadata: { labels } }: Pod): string =>
  labels["batch.kubernetes.io/job-name"] ?? labels["job-name"] ?? "";

/** A Job with its Pods, as the machine that it is. Pure. */
export function machineOf({ metadata: { name, uid }, status }: Job, pods: readonly Pod[]): Machine {
  const isEnded = status.conditions.some(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
  if (!isEnded) return { name, ref: uid, state: status.ready > 0 ? "RUNNING" : "STARTING", exitCode: null };
  const pod = pods.find((each) => jobNameOf(each) === name);
  const exitCode = pod?.status.containerStatuses[0]?.state.terminated?.exitCode ?? null;
  return { name, ref: uid, state: "ENDED", exitCode };
}

/** Why a Pod does not start, and what the cluster says of it. Undefined: nothing keeps it. Pure. */
export function explainWait(
  { status }: Pod,
  placementSeconds: number,
  now: Date,
): { code: LaunchErrorCode; problem: string; said: string } | undefined {
  for (const { state } of status.containerStatuses)
    if (state.waiting !== undefined && imageReasons.has(state.waiting.reason))
      return {
        code: "IMAGE_UNAVAILABLE",
        problem: "The cluster cannot pull the worker's image for a Job that was created earlier",
        said: `${state.waiting.reason}: ${state.waiting.message}`,
      };
  const placed = status.conditions.find(({ type }) => type === "PodScheduled");
  if (placed?.status !== "False" || placed.reason !== "Unschedulable") return undefined;
  const sinceMs = now.getTime() - Date.parse(placed.lastTransitionTime ?? "");
  if (!(sinceMs > placementSeconds * 1_000)) return undefined;
  return {
    code: "NO_CAPACITY",
    problem: `A Job that was created earlier has waited more than ${placementSeconds} s for a node`,
    said: placed.message,
  };
}
