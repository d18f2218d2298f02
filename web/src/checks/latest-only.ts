/**
 * Runs a task for the newest input only: while one runs, at most one more waits, and a newer input replaces
 * it.
 */
export function createLatestOnly<Input>(run: (input: Input) => Promise<void>): (input: Input) => void {
  let waiting: { input: Input } | null = null;
  let isRunning = false;
  const drain = async () => {
    isRunning = true;
    while (waiting !== null) {
      const { input } = waiting;
      waiting = null;
      await run(input);
    }
    isRunning = false;
  };
  return (input) => {
    waiting = { input };
    if (!isRunning) void drain();
  };
}
