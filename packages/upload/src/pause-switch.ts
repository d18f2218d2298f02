/** Pauses and resumes an activity any number of times until an outer signal ends it. */
export interface PauseSwitch {
  readonly isPaused: boolean;
  pause(): void;
  resume(): void;
  /** Resolves while not paused. @throws the outer signal's reason. */
  running(): Promise<void>;
  /** Aborts at the next pause, or with the outer signal. */
  readonly signal: AbortSignal;
  /** Stops listening to the outer signal. */
  end(): void;
}

export function createPauseSwitch(outer: AbortSignal | undefined): PauseSwitch {
  let current = new AbortController();
  let isPaused = false;
  let wake = () => {};
  const stop = () => {
    current.abort(outer?.reason);
    wake();
  };
  outer?.addEventListener("abort", stop, { once: true });
  if (outer?.aborted) current.abort(outer.reason);

  return {
    get isPaused() {
      return isPaused;
    },
    pause() {
      if (isPaused) return;
      isPaused = true;
      current.abort(new DOMException("The upload is paused.", "AbortError"));
    },
    resume() {
      if (!isPaused) return;
      isPaused = false;
      wake();
    },
    async running() {
      outer?.throwIfAborted();
      if (isPaused) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        outer?.throwIfAborted();
      }
      if (current.signal.aborted) current = new AbortController();
    },
    get signal() {
      return current.signal;
    },
    end() {
      outer?.removeEventListener("abort", stop);
    },
  };
}
