/** One thing that must work for the API to be of use; rejects, or never resolves, when it does not. */
export type Check = (signal: AbortSignal) => Promise<unknown>;

interface CheckResult {
  isOk: boolean;
  reason?: string;
}

interface Readiness {
  isOk: boolean;
  checks: Record<string, CheckResult>;
}

interface ReadinessOptions {
  checks: Readonly<Record<string, Check>>;
  /** Time limit of each check. */
  timeoutMs: number;
  /**
   * Grace period after the last success, during which a late answer still counts as passed: a busy process
   * answers late, and removing it from rotation would only make the others busier. A failed check counts
   * immediately.
   */
  lateOkMs: number;
  /** Receives the error of a failed check, once until it passes again. Default: none. */
  onFailed?: (name: string, error: unknown) => void;
  /** Monotonic, milliseconds. Default `performance.now`. */
  now?: () => number;
}

/** Returns a function that runs all checks concurrently. Never throws. */
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  const { checks, timeoutMs, lateOkMs, now = () => performance.now() } = options;
  const passedAt = new Map<string, number>();
  const failing = new Set<string>();

  async function ask(name: string, check: Check): Promise<CheckResult> {
    const { isLate, reason, error } = await runCheck(check, timeoutMs);
    if (reason === undefined) {
      passedAt.set(name, now());
      failing.delete(name);
      return { isOk: true };
    }
    if (!isLate && !failing.has(name)) {
      failing.add(name);
      options.onFailed?.(name, error);
    }
    const lastPassed = passedAt.get(name) ?? Number.NEGATIVE_INFINITY;
    return { isOk: isLate && now() - lastPassed < lateOkMs, reason };
  }

  return async () => {
    const entries = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await ask(name, check)] as const),
    );
    return { isOk: entries.every(([, { isOk }]) => isOk), checks: Object.fromEntries(entries) };
  };
}

interface RunCheck {
  isLate: boolean;
  reason?: string;
  error?: unknown;
}

async function runCheck(check: Check, timeoutMs: number): Promise<RunCheck> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { promise: late, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(new Error(`no answer within ${timeoutMs} ms`)), {
    once: true,
  });
  // The loser of the race has no receiver.
  late.catch(() => undefined);
  try {
    await Promise.race([check(signal), late]);
    return { isLate: false };
  } catch (error) {
    if (signal.aborted) return { isLate: true, reason: `no answer within ${timeoutMs} ms` };
    return { isLate: false, reason: reasonOf(error), error };
  }
}

/** Anyone may ask for readiness, and messages of clients hold addresses and paths: only a code is shown. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[A-Z0-9_]{1,40}$/.test(code) ? `failed with ${code}` : "failed; the log has the error";
}
