import type {
  Capabilities,
  CheckedSource,
  OfferedVoice,
  SourceCheckRequested,
  TaskRequested,
} from "@reelay/contracts";
import type { z } from "zod";
import type { WorkerConfig } from "../config.ts";
import type { Jail } from "../jail/index.ts";
import type { AttemptHost } from "./attempt-host.ts";
import type { Outcome } from "./outcome.ts";
import type { AttemptReporter } from "./reporter.ts";
import { StateCell } from "./state-cell.ts";

/** The part of a worker's offer that one kind decides. */
interface KindOffer {
  /** The program that the kind runs on. */
  runtime: string;
  /** The runtime's version. */
  version: string;
  /** Further programs that its tasks may need, e.g. `tex`. Default: none. */
  tools?: string[];
  /** Jail of its programs, if it is not the worker's. */
  jail?: Pick<Jail, "level" | "reason">;
  /** Names of the encoders that work. */
  encoders?: string[];
  /** Devices, and the encoders and decoders that work on them. */
  capabilities?: Capabilities;
  /** Voices that speak the texts of videos. Null: unknown, or too many to list. */
  voices?: readonly OfferedVoice[] | null;
}

/** A kind of task that this worker supports. The lifecycle of an attempt knows nothing else about it. */
export interface PreparedKind {
  /** Begins an attempt. Null: the task's parameters do not match the kind's schema. */
  begin(task: TaskRequested, reporter: Pick<AttemptReporter, "advanced">): KindAttempt | null;
  offer(): KindOffer;
  /**
   * Checks a source without rendering it. Throws a `RenderError` if the worker is at fault, or the signal's
   * reason. Absent: sources of this kind cannot be checked.
   */
  check?(request: SourceCheckRequested, host: CheckHost): Promise<CheckedSource>;
}

/** What the worker provides to the kind that checks a source. */
export interface CheckHost extends Pick<AttemptHost, "memory" | "log" | "signal" | "store"> {
  config: Pick<WorkerConfig, "script" | "limits" | "fetch">;
  jail: Pick<Jail, "level" | "sourceOrigin">;
  /** Path of a folder for the check, which does not exist yet. The kind removes it. */
  folder: string;
}

/** An attempt of one kind, with its parameters and its state. */
export interface KindAttempt extends Disposable {
  /**
   * Runs the task. Throws a `RenderError`, a `StopError` or the signal's reason if the attempt ends early.
   */
  run(host: AttemptHost): Promise<void>;
  /**
   * Keys of finished objects. They stay when the attempt ends early, because a later attempt may keep them.
   */
  finished(): string[];
  /** The result to report at the end. */
  settle(outcome: Outcome): object;
}

/** The schemas of a kind, as its `KindDefinition` has them. */
export interface KindSchemas<Params> {
  params: z.ZodType<Params>;
  result: { shape: object };
}

interface KindOptions<Params, State extends object> {
  definition: KindSchemas<Params>;
  /**
   * The state before the attempt has done anything. Reports carry its fields that the definition's `result`
   * names.
   */
  initial: State;
  run(attempt: AttemptHost & { state: StateCell<State> }, params: Params): Promise<void>;
  finished(state: State): string[];
  /** The state at the end. Default: as it is. */
  settle?(state: State, outcome: Outcome): State;
  offer(): KindOffer;
}

/** A kind with parameters and a state of its own types, as the lifecycle of an attempt takes it. */
export function prepareKind<Params, State extends object>(kind: KindOptions<Params, State>): PreparedKind {
  const { params: schema, result } = kind.definition;
  const toResult = (state: State) =>
    Object.fromEntries(Object.entries(state).filter(([field]) => field in result.shape));
  return {
    offer: () => kind.offer(),
    begin(task, reporter) {
      const params = schema.safeParse(task.params);
      if (!params.success) return null;
      const state = new StateCell(kind.initial, (current, urgency) =>
        reporter.advanced(toResult(current), urgency),
      );
      return {
        run: (host) => kind.run({ ...host, state }, params.data),
        finished: () => kind.finished(state.current),
        settle: (outcome) => toResult(kind.settle?.(state.current, outcome) ?? state.current),
        [Symbol.dispose]: () => state[Symbol.dispose](),
      };
    },
  };
}
