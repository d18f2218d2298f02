/** One thing that must work for the API to be of use; rejects, or never resolves, when it does not. */
export type Check = (signal: AbortSignal) => Promise<unknown>;

interface CheckResult {
  isOk: boolean;
  reason?: string;
}

export interface Readiness {
  isOk: boolean;
  checks: Record<string, CheckResult>;
}

export interface ReadinessOptions {
  checks: Readonly<Record<string, Check>>;
  /** How long each check may take. */
  timeoutMs: number;
  /**
   * A check that does not answer in time still counts as passed for so long after it last passed: a process that is busy answers late, and taking
   * it out of rotation would only make the others busier. A check that is refused counts at once.
   */
  lateOkMs: number;
  /** Receives the error of a check that failed, once until it passes again. Default: none. */
  onFailed?: (name: string, error: unknown) => void;
  /** Monotonic, milliseconds. Default `performance.now`. */
  now?: () => number;
}

/** Returns the question: runs all checks at once. Never throws. */
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
  // Whichever comes second has nobody to tell.
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
