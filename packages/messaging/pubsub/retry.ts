import { setTimeout as sleep } from "node:timers/promises";

/** The gRPC status codes that matter here (https://grpc.io/docs/guides/status-codes/). */
export const grpcStatus = {
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  internal: 13,
  unavailable: 14,
} as const;

const transient = new Set<number>([
  grpcStatus.cancelled,
  grpcStatus.unknown,
  grpcStatus.deadlineExceeded,
  grpcStatus.resourceExhausted,
  grpcStatus.aborted,
  grpcStatus.internal,
  grpcStatus.unavailable,
]);

export const codeOf = (error: unknown): number | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "number" ? code : undefined;
};

export const isNotFound = (error: unknown): boolean => codeOf(error) === grpcStatus.notFound;

/** True if the same call may succeed later: the server is unavailable or busy rather than refusing. */
export const isTransient = (error: unknown): boolean => transient.has(codeOf(error) ?? -1);

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Pauses that grow from 100 ms to `maxMs`, with jitter so that processes do not retry in step. */
export function createBackoff(maxMs = 5_000): {
  wait(signal: AbortSignal): Promise<void>;
  reset(): void;
} {
  let failures = 0;
  return {
    reset: () => {
      failures = 0;
    },
    /** Resolves early when aborted. */
    wait: async (signal) => {
      const ceiling = Math.min(maxMs, 100 * 2 ** Math.min(failures++, 16));
      await sleep(ceiling * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    },
  };
}
