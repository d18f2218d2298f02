/** One thing that must work for the API to be of use; rejects, or never resolves, when it does not. */
export type Check = (signal: AbortSignal) => Promise<unknown>;

export interface CheckResult {
  isOk: boolean;
  checks: Record<string, { isOk: boolean; reason?: string }>;
}

/** Runs all checks at once, each for `timeoutMs` at most. Never throws. */
export async function runChecks(
  checks: Readonly<Record<string, Check>>,
  timeoutMs: number,
): Promise<CheckResult> {
  const entries = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check, timeoutMs)] as const),
  );
  return { isOk: entries.every(([, { isOk }]) => isOk), checks: Object.fromEntries(entries) };
}

async function runCheck(check: Check, timeoutMs: number): Promise<{ isOk: boolean; reason?: string }> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { promise: late, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(new Error(`no answer within ${timeoutMs} ms`)), {
    once: true,
  });
  // Whichever comes second has nobody to tell.
  late.catch(() => undefined);
  try {
    await Promise.race([check(signal), late]);
    return { isOk: true };
  } catch (error) {
    return { isOk: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
