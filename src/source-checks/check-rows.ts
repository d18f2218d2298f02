import { setTimeout as sleep } from "node:timers/promises";
import {
  type CheckedRow,
  CheckedSource,
  type CompositionSettings,
  type Still,
  type StillsRequest,
} from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { QuotaExceededError } from "../errors/index.ts";
import { beginCheck } from "./check-source.ts";
import { readCheckers } from "./checkers.ts";
import { whyNoWorker } from "./need.ts";

const LOOK_MS = 150;
/** Other checks of the workspace end by then. */
const ROOM_PATIENCE_MS = 60_000;

/** Data of many videos that look alike. */
interface RowsInput {
  workspaceId: string;
  settings: CompositionSettings;
  /** At most `MAX_CHECKED_ROWS`, and `MAX_DATA_BYTES` as JSON. */
  rows: readonly unknown[];
  /** Of the pictures, one of each row: at most 20 rows. Default: none are drawn. */
  stills?: StillsRequest | null;
}

interface RowsAnswer {
  checkId: string;
  /** With their indexes; those that the worker had no time for are missing. */
  rows: readonly CheckedRow[];
  stills: readonly Still[];
}

/**
 * Has a worker check data of many videos, and waits for its answer. Null: no worker can, or none could.
 * Rejects with the reason of `signal`.
 */
export async function checkRows(
  deps: Pick<OperationDeps, "db" | "clock">,
  input: RowsInput,
  signal: AbortSignal,
): Promise<RowsAnswer | null> {
  if (!(await hasChecker(deps, input.workspaceId))) return null;
  const id = await begin(deps, input, signal);
  if (id === null) return null;
  for (;;) {
    const check = await deps.db.sourceCheck.findUnique({
      where: { id },
      select: { status: true, result: true },
    });
    if (check === null || check.status === "FAILED") return null;
    if (check.status === "SUCCEEDED") {
      const { rows, stills = [] } = CheckedSource.parse(check.result);
      return rows === undefined ? null : { checkId: id, rows, stills };
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Waits for a worker that can check data of the workspace, such as one that starts with this process. */
export async function awaitChecker(
  deps: Pick<OperationDeps, "db" | "clock">,
  { workspaceId, patienceMs }: { workspaceId: string; patienceMs: number },
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + patienceMs;
  while (!(await hasChecker(deps, workspaceId)) && Date.now() < until)
    await sleep(LOOK_MS, undefined, { signal });
}

const hasChecker = async (
  { db, clock }: Pick<OperationDeps, "db" | "clock">,
  workspaceId: string,
): Promise<boolean> => whyNoWorker("TEMPLATE", (await readCheckers(db, workspaceId, clock())).all) === null;

/** Null: the workspace has other checks for too long. */
async function begin(
  { db, clock }: Pick<OperationDeps, "db" | "clock">,
  { workspaceId, settings, rows, stills = null }: RowsInput,
  signal: AbortSignal,
): Promise<string | null> {
  const text = { kind: "TEMPLATE", content: JSON.stringify(rows), params: settings } as const;
  const until = Date.now() + ROOM_PATIENCE_MS;
  for (;;) {
    try {
      const request = { workspaceId, text, hasRows: true, stills };
      return (await db.$transaction((tx) => beginCheck(tx, request, clock()))).id;
    } catch (error) {
      if (!(error instanceof QuotaExceededError)) throw error;
      if (Date.now() > until) return null;
      await sleep(LOOK_MS, undefined, { signal });
    }
  }
}
