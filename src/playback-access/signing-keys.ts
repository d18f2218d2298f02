/** Operations on a workspace's signing keys. All require the scope ADMIN. */
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import type { Db } from "../database/index.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import type { SecretBox } from "../secrets/index.ts";
import { isLive } from "./judge-token.ts";
import { contextOf } from "./key-secrets.ts";
import { createKeyId, createSigningSecret } from "./signature.ts";

interface Deps {
  db: PrismaClient;
  clock: () => Date;
  secrets: SecretBox;
}

/** A change drops this process's cached keys; other processes follow when their caches expire. */
interface ChangeDeps extends Deps {
  playback: { forgetKeys(workspaceId: string, keyId?: string): void };
}

const MAX_LIVE = 2;
/** The maximum lifetime of a token: no viewer notices the rotation. */
const DEFAULT_OVERLAP_MS = 7 * 86_400_000;
const MAX_OVERLAP_MS = 14 * 86_400_000;
const MAX_SIGN_AFTER_MS = 7 * 86_400_000;

interface RotateInput {
  /** For how long the older key verifies after the new one signs. */
  overlapMs?: number | null;
  /** When the API signs with the new key: time to install it at a CDN. */
  signAfterMs?: number | null;
}

/**
 * Adds a signing key. The older one remains valid for `overlapMs` after the API has switched. `secret` is
 * shown only here. Throws `ConflictError` (`SIGNING_KEYS_FULL`) while two are live, `InvalidInputError`,
 * `ForbiddenError`.
 */
export async function rotateSigningKey(
  { db, clock, secrets, playback }: ChangeDeps,
  viewer: Viewer,
  input: RotateInput,
): Promise<{ signingKeyId: string; secret: string }> {
  requireScope(viewer, "ADMIN");
  const { workspaceId } = viewer;
  const overlapMs = within("overlapMs", input.overlapMs ?? DEFAULT_OVERLAP_MS, MAX_OVERLAP_MS);
  const signAfterMs = within("signAfterMs", input.signAfterMs ?? 0, MAX_SIGN_AFTER_MS);
  const rotated = await db.$transaction(async (tx) => {
    const now = clock();
    const live = await lockLiveKeys(tx, workspaceId, now);
    if (live.length >= MAX_LIVE) {
      throw new ConflictError(
        "SIGNING_KEYS_FULL",
        `This workspace has ${MAX_LIVE} live signing keys, as many as it may: ${live.map(({ keyId }) => keyId).join(", ")}. Revoke one with revokeSigningKey, or wait until the older one expires.`,
      );
    }
    const signsFrom = new Date(now.getTime() + signAfterMs);
    const expiresAt = new Date(signsFrom.getTime() + overlapMs);
    await tx.signingKey.updateMany({
      where: { id: { in: live.map(({ id }) => id) } },
      data: { expiresAt },
    });
    return await insertKey(tx, secrets, { workspaceId, createdAt: now, signsFrom });
  });
  playback.forgetKeys(workspaceId);
  return rotated;
}

/**
 * Revokes a signing key permanently: its tokens are refused. Idempotent. Throws `ForbiddenError`,
 * `NotFoundError`.
 */
export async function revokeSigningKey(
  { db, clock, playback }: Omit<ChangeDeps, "secrets">,
  viewer: Viewer,
  signingKeyId: string,
): Promise<void> {
  requireScope(viewer, "ADMIN");
  const where = { id: signingKeyId, workspaceId: viewer.workspaceId };
  await db.signingKey.updateMany({ where: { ...where, revokedAt: null }, data: { revokedAt: clock() } });
  const key = await db.signingKey.findFirst({ where, select: { keyId: true } });
  if (key === null) throw signingKeyNotFound();
  playback.forgetKeys(viewer.workspaceId, key.keyId);
}

const signingKeyNotFound = (): NotFoundError =>
  new NotFoundError(
    "SIGNING_KEY_NOT_FOUND",
    "There is no such signing key in this workspace; `signingKeys` lists those that exist.",
  );

interface SigningKeySecret {
  keyId: string;
  secret: string;
}

/**
 * The key with which the API itself signs: the newest active one. Creates the workspace's first if none is
 * live.
 */
export async function signingKeyOf(
  { db, clock, secrets }: Deps,
  workspaceId: string,
): Promise<SigningKeySecret> {
  const open = ({ keyId, secret }: SigningKeySecret) => ({
    keyId,
    secret: secrets.decryptSecret(secret, contextOf({ keyId, workspaceId })),
  });
  const known = await findCurrent(db, workspaceId, clock());
  if (known) return open(known);
  return await db.$transaction(async (tx) => {
    const now = clock();
    await lockLiveKeys(tx, workspaceId, now);
    const other = await findCurrent(tx, workspaceId, now);
    if (other) return open(other);
    return await insertKey(tx, secrets, { workspaceId, createdAt: now, signsFrom: now });
  });
}

async function findCurrent(db: Db, workspaceId: string, now: Date) {
  const isLive = { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
  const rows = await db.signingKey.findMany({
    where: { workspaceId, ...isLive },
    orderBy: [{ signsFrom: "desc" }, { id: "desc" }],
    select: { keyId: true, secret: true, signsFrom: true },
  });
  return rows.find(({ signsFrom }) => signsFrom <= now) ?? rows.at(-1);
}

/** The workspace's row is the lock: the second of two rotations sees the result of the first. */
async function lockLiveKeys(tx: Tx, workspaceId: string, now: Date) {
  await tx.$queryRaw`SELECT 1 FROM workspaces WHERE id = ${workspaceId}::uuid FOR NO KEY UPDATE`;
  const keys = await tx.signingKey.findMany({
    where: { workspaceId, revokedAt: null },
    orderBy: { id: "desc" },
    select: { id: true, keyId: true, expiresAt: true, revokedAt: true },
  });
  return keys.filter((key) => isLive(key, now));
}

async function insertKey(
  tx: Tx,
  secrets: SecretBox,
  { workspaceId, ...times }: { workspaceId: string; createdAt: Date; signsFrom: Date },
) {
  const secret = createSigningSecret();
  const keyId = createKeyId();
  const { id } = await tx.signingKey.create({
    data: {
      ...{ ...times, keyId, workspaceId },
      secret: secrets.encryptSecret(secret, contextOf({ keyId, workspaceId })),
    },
    select: { id: true },
  });
  return { signingKeyId: id, keyId, secret };
}

function within(field: string, value: number, max: number): number {
  if (value >= 0 && value <= max) return value;
  throw new InvalidInputError(
    "SIGNING_KEY_TIME_INVALID",
    field,
    `${field}: is ${value}. Use 0 to ${max} milliseconds.`,
  );
}
