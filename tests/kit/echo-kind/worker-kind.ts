import { setTimeout as sleep } from "node:timers/promises";
import { prepareKind } from "../../../render-worker/attempt/index.ts";
import { retriableError } from "../../../render-worker/errors.ts";
import type { WorkerKind } from "../../../render-worker/kinds/kind.ts";
import { echo } from "./definition.ts";

/** The worker's part. The text `fail once` fails at the first attempt; `wait` runs until it is stopped. */
export const echoWorkerKind: WorkerKind = {
  prepare: async () =>
    prepareKind<{ text: string }, { text?: string }>({
      definition: echo,
      initial: {},
      async run({ reporter, signal, state, task }, { text }) {
        reporter.progressed(0.5, { half: text.slice(0, text.length / 2) });
        if (text === "fail once" && task.fencingToken === 0)
          throw retriableError("WORKER", "ECHO_LOST", "The first echo was lost; another attempt follows.");
        if (text === "wait") await sleep(3_600_000, undefined, { signal });
        state.update(() => ({ text }));
      },
      finished: () => [],
      offer: () => ({ runtime: echo.requires.runtime, version: "1" }),
    }),
};
