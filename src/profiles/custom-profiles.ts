import { Profile } from "@reelay/contracts";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import { type Db, isUniqueViolation } from "../database/index.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "../errors/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import { builtInProfiles, defaultProfile } from "./built-in.ts";
import { checkProfile } from "./check-profile.ts";
import { quoted } from "./check-rungs.ts";
import { type ProfileInput, toProfile } from "./to-profile.ts";

/** More than a user reads, few enough to list at once. */
const MAX_CUSTOM_PROFILES = 200;

interface Deps {
  db: PrismaClient;
}

/** The built-in profiles, then the workspace's own by name. */
export async function listProfiles(db: Db, workspaceId: string): Promise<Profile[]> {
  const rows = await db.customProfile.findMany({ where: { workspaceId }, orderBy: { name: "asc" } });
  return [...builtInProfiles, ...rows.map(({ recipe }) => Profile.parse(recipe))];
}

/** Null if the workspace has no profile of this name. */
export async function findProfile(db: Db, workspaceId: string, name: string): Promise<Profile | null> {
  const builtIn = builtInProfiles.find((profile) => profile.name === name);
  if (builtIn) return builtIn;
  // Postgres would reject some invalid names.
  if (!Profile.shape.name.safeParse(name).success) return null;
  const row = await db.customProfile.findUnique({ where: { workspaceId_name: { workspaceId, name } } });
  return row && Profile.parse(row.recipe);
}

/** The profile of a new video. Throws `InvalidInputError` (`PROFILE_UNKNOWN`). */
export async function chooseProfile(
  db: Db,
  workspaceId: string,
  name: string | null | undefined,
): Promise<Profile> {
  if (name === null || name === undefined) return defaultProfile;
  const found = await findProfile(db, workspaceId, name);
  if (found) return found;
  const known = (await listProfiles(db, workspaceId)).map((profile) => profile.name);
  const more = known.length > 20 ? `, and ${known.length - 20} more` : "";
  throw new InvalidInputError(
    "PROFILE_UNKNOWN",
    "profile",
    `profile: there is no profile ${quoted(name)}; there are ${known.slice(0, 20).join(", ")}${more}.`.slice(
      0,
      990,
    ),
  );
}

/**
 * Adds a profile to the viewer's workspace. Throws `InvalidProfileError`, `ConflictError`
 * (`PROFILE_NAME_TAKEN`, `PROFILE_LIMIT_REACHED`).
 */
export async function createProfile(
  { db }: Deps,
  viewer: Viewer,
  { name, idempotencyKey, ...input }: ProfileInput & { name: string; idempotencyKey?: string | null },
): Promise<Profile> {
  const { workspaceId } = viewer;
  const profile = checkProfile(toProfile(name, input));
  const request = { workspaceId, key: idempotencyKey, operation: "createProfile", input: { name, ...input } };
  try {
    await onceByKey(db, request, async (tx, id) => {
      if ((await tx.customProfile.count({ where: { workspaceId } })) >= MAX_CUSTOM_PROFILES) {
        throw new ConflictError(
          "PROFILE_LIMIT_REACHED",
          `This workspace has reached its limit of ${MAX_CUSTOM_PROFILES} profiles. Delete one that is no longer used.`,
        );
      }
      await tx.customProfile.create({ data: { id, workspaceId, name, recipe: profile } });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ConflictError(
      "PROFILE_NAME_TAKEN",
      `This workspace already has a profile ${quoted(name)}. Change it with updateProfile, or use another name.`,
    );
  }
  return profile;
}

/**
 * Changes a profile for future videos: jobs carry a copy, so existing ones are not affected. Absent fields
 * keep their values. Throws `NotFoundError`, `ConflictError` (`PROFILE_BUILT_IN`), `InvalidProfileError`.
 */
export async function updateProfile(
  { db }: Deps,
  viewer: Viewer,
  { name, ...input }: ProfileInput & { name: string },
): Promise<Profile> {
  assertCustom(name, "changed");
  const where = { workspaceId_name: { workspaceId: viewer.workspaceId, name } };
  return await db.$transaction(async (tx) => {
    // Locked, so that concurrent changes build on each other.
    await tx.$queryRaw`SELECT 1 FROM profiles WHERE workspace_id = ${viewer.workspaceId}::uuid AND name = ${name} FOR UPDATE`;
    const row = await tx.customProfile.findUnique({ where });
    if (row === null) throw profileNotFound(name);
    const profile = checkProfile(toProfile(name, input, Profile.parse(row.recipe)));
    await tx.customProfile.update({ where, data: { recipe: profile } });
    return profile;
  });
}

/**
 * Deletes a profile for future videos; existing videos keep a copy, also for retries. Throws `NotFoundError`,
 * `ConflictError`.
 */
export async function deleteProfile({ db }: Deps, viewer: Viewer, name: string): Promise<void> {
  assertCustom(name, "deleted");
  const { workspaceId } = viewer;
  const { count } = await db.customProfile.deleteMany({ where: { workspaceId, name } });
  if (count === 0) throw profileNotFound(name);
}

function assertCustom(name: string, what: string): void {
  if (builtInProfiles.some((builtIn) => builtIn.name === name)) {
    throw new ConflictError(
      "PROFILE_BUILT_IN",
      `The profile ${quoted(name)} is built in and cannot be ${what}. Create one of your own.`,
    );
  }
  if (!Profile.shape.name.safeParse(name).success) throw profileNotFound(name);
}

const profileNotFound = (name: string): NotFoundError =>
  new NotFoundError(
    "PROFILE_NOT_FOUND",
    `There is no profile ${quoted(name)} in this workspace. \`profiles\` lists all profiles.`,
  );
