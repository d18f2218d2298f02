import type { PrismaClient } from "../../prisma/generated/client.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import { InvalidInputError, NotFoundError } from "../errors/index.ts";

/** Left out: as it was. Null: the installation's default. */
interface QuotasInput {
  activeJobs?: number | null;
  runningTasks?: number | null;
  storedBytes?: number | null;
  sourceMinutesPerDay?: number | null;
  requestsPerSecond?: number | null;
}

const LARGEST_INT = 2_147_483_647;

/**
 * Sets a workspace's limits. Throws `ForbiddenError` without OPERATOR, `InvalidInputError`, `NotFoundError`.
 */
export async function setQuotas(
  { db }: { db: PrismaClient },
  viewer: Viewer,
  { workspaceId, ...input }: QuotasInput & { workspaceId: string | null },
): Promise<{ workspaceId: string }> {
  requireScope(viewer, "OPERATOR");
  for (const [field, value] of Object.entries(input)) {
    const [least, most] = [
      field === "requestsPerSecond" ? 1 : 0,
      field === "storedBytes" ? Number.MAX_SAFE_INTEGER : LARGEST_INT,
    ];
    if (value === null || value === undefined) continue;
    if (Number.isSafeInteger(value) && value >= least && value <= most) continue;
    throw new InvalidInputError(
      "QUOTA_INVALID",
      field,
      `${field}: is ${value}; give a whole number from ${least} to ${most}, or null for the installation's default.`,
    );
  }
  const { activeJobs, runningTasks, storedBytes, sourceMinutesPerDay, requestsPerSecond } = input;
  const { count } = await db.workspace.updateMany({
    where: { id: workspaceId ?? "00000000-0000-0000-0000-000000000000" },
    data: {
      ...(activeJobs !== undefined && { maxActiveJobs: activeJobs }),
      ...(runningTasks !== undefined && { maxRunningTasks: runningTasks }),
      ...(storedBytes !== undefined && { maxStoredBytes: storedBytes === null ? null : BigInt(storedBytes) }),
      ...(sourceMinutesPerDay !== undefined && { maxSourceMinutesPerDay: sourceMinutesPerDay }),
      ...(requestsPerSecond !== undefined && { maxRequestsPerSecond: requestsPerSecond }),
    },
  });
  if (count === 1 && workspaceId !== null) return { workspaceId };
  throw new NotFoundError(
    "WORKSPACE_NOT_FOUND",
    "There is no such workspace; `workspaces` lists those that exist.",
  );
}
