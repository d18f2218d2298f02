import type { PrismaClient } from "../../prisma/generated/client.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import { InvalidInputError, NotFoundError } from "../errors/index.ts";

/** In micro-USD. Left out: as it was. Null: the installation's default. */
interface BudgetsInput {
  jobMicros?: number | null;
  dayMicros?: number | null;
  monthMicros?: number | null;
}

/**
 * Sets a workspace's budgets. Throws `ForbiddenError` without OPERATOR, `InvalidInputError`
 * (`BUDGET_INVALID`) and `NotFoundError`.
 */
export async function setBudgets(
  { db }: { db: PrismaClient },
  viewer: Viewer,
  { workspaceId, ...input }: BudgetsInput & { workspaceId: string | null },
): Promise<{ workspaceId: string }> {
  requireScope(viewer, "OPERATOR");
  for (const [field, value] of Object.entries(input)) {
    if (value == null || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new InvalidInputError(
      "BUDGET_INVALID",
      field,
      `${field}: is ${value}; give millionths of a US dollar above 0, or null for the installation's default. To stop a workspace, pause its queue.`,
    );
  }
  const { jobMicros, dayMicros, monthMicros } = input;
  const { count } = await db.workspace.updateMany({
    where: { id: workspaceId ?? "00000000-0000-0000-0000-000000000000" },
    data: {
      ...(jobMicros !== undefined && { maxJobMicros: jobMicros }),
      ...(dayMicros !== undefined && { maxDayMicros: dayMicros }),
      ...(monthMicros !== undefined && { maxMonthMicros: monthMicros }),
    },
  });
  if (count === 1 && workspaceId !== null) return { workspaceId };
  throw new NotFoundError(
    "WORKSPACE_NOT_FOUND",
    "There is no such workspace; `workspaces` lists those that exist.",
  );
}
