import type { Environment } from "@reelay/process";
import type { Logger } from "pino";
import type { z } from "zod";
import { LaunchError } from "./launch-error.ts";

/** A machine that is to run one worker program, and ends with it. */
export interface LaunchOrder {
  /**
   * Unique, e.g. `reelay-0198c3f2-…`: at most 57 lower-case letters, digits and hyphens. Derived from the
   * launch's row, so that a repeated order is recognized.
   */
  name: string;
  /** Variables of the worker, all of them: with these the program joins, drains and exits. */
  environment: Readonly<Record<string, string>>;
  /** Those in `environment` that are secret. */
  secretVariables: readonly string[];
  /** The machine's end at the provider, after which it must not run in any case. */
  endsWithinSeconds: number;
}

/** Values of an order that no error may show. */
export const secretsOf = ({
  environment,
  secretVariables,
}: Pick<LaunchOrder, "environment" | "secretVariables">): string[] =>
  secretVariables.flatMap((variable) => environment[variable] ?? []);

/** A machine as its provider lists it. */
export interface Machine {
  /** Of the order. */
  name: string;
  /** The provider's own name of it. */
  ref: string;
  state: "STARTING" | "RUNNING" | "ENDED";
  /** Exit code of the worker program, where the provider tells. */
  exitCode: number | null;
}

/**
 * Starts worker programs somewhere. It holds no work: what it loses, doubles or forgets costs money, never a
 * task. All methods throw `LaunchError`, also when the signal aborts (`UNAVAILABLE`).
 */
export interface ComputeBackend extends AsyncDisposable {
  /**
   * Starts a machine, and resolves once the provider has accepted it. If one with this name exists, no
   * second one starts; of a kind that `lists` only `KNOWN` machines, a second one may start after
   * `UNAVAILABLE`, whose worker finds its join token used. Any code but `UNAVAILABLE` means that nothing
   * was started.
   */
  launch(order: LaunchOrder, signal: AbortSignal): Promise<{ ref: string }>;
  /**
   * The machines whose names begin with the prefix: this installation's. Ended ones may be missing. `known`:
   * those that the rows of launches name; of a kind that `lists` only `KNOWN` ones, no others are found.
   */
  list(signal: AbortSignal, known: ReadonlyArray<Pick<Machine, "name" | "ref">>): Promise<readonly Machine[]>;
  /** Ends a machine. Repeatable; one that is gone is no error. It may be listed a while longer. */
  stop(machine: Pick<Machine, "name" | "ref">, signal: AbortSignal): Promise<void>;
  /** Whether it could start machines: settings, key, rights. Starts nothing. */
  check(signal: AbortSignal): Promise<void>;
}

/** What every back end is opened with. */
export interface BackendDeps {
  /** Beginning of the names of this installation's machines, e.g. `reelay-`. */
  prefix: string;
  /** Value of an environment variable that holds a secret. Throws `LaunchError` (`CREDENTIALS`). */
  secret: (variable: string) => string;
  /** The API's environment. It holds secrets, so no worker receives it as a whole. */
  environment: Environment;
  log: Logger;
}

/** A kind of back end: one folder, and one line in `backend-kinds.ts`. */
export interface BackendKind {
  /** As in `COMPUTE_LAUNCHES`, e.g. `LOCAL_PROCESSES`. */
  kind: string;
  /** Whether the provider lists the machines, or answers about those only whose `ref` is known. */
  lists: "ALL" | "KNOWN";
  /** Throws `LaunchError` (`INVALID_REQUEST`, `CREDENTIALS`). */
  open: (settings: unknown, deps: BackendDeps) => ComputeBackend;
}

/** A kind of back end whose settings a schema describes. */
export const defineBackend = <Settings>(
  kind: string,
  schema: z.ZodType<Settings>,
  open: (settings: Settings, deps: BackendDeps) => ComputeBackend,
  { lists = "ALL" }: Partial<Pick<BackendKind, "lists">> = {},
): BackendKind => ({
  ...{ kind, lists },
  open(settings, deps) {
    const parsed = schema.safeParse(settings, { reportInput: true });
    if (parsed.success) return open(parsed.data, deps);
    throw new LaunchError("INVALID_REQUEST", `${kind}: ${explainIssues(parsed.error.issues)}`);
  },
});

/** What is wrong with settings: all that are missing, otherwise the first other problem. Pure. */
function explainIssues(issues: readonly z.core.$ZodIssue[]): string {
  const nameOf = ({ path }: z.core.$ZodIssue) => ["settings", ...path].join(".");
  const missing = issues
    .filter(({ code, input }) => code === "invalid_type" && input === undefined)
    .map(nameOf);
  if (missing.length > 0) return `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing`;
  const [issue] = issues;
  return issue === undefined ? "settings: are invalid" : `${nameOf(issue)}: ${issue.message}`;
}
