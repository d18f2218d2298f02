import type { CompositionSettings, Profile } from "@reelay/contracts";
import type { BatchRow } from "../../prisma/generated/client.ts";
import { ExpectedError } from "../errors/index.ts";
import { chooseProfile } from "../profiles/index.ts";
import { findTemplate } from "../templates/index.ts";
import { planWith } from "../videos/index.ts";
import type { BatchDeps, HeldBatch } from "./deps.ts";
import { BatchSettings, StoredRowSettings } from "./settings.ts";

type Own = Pick<HeldBatch, "workspaceId" | "settings">;

/** Rows with an equal clip, which one check can show. */
export const byClip = <Row extends Pick<BatchRow, "settings">>(rows: readonly Row[]): Row[][] => [
  ...Map.groupBy(rows, ({ settings }) =>
    JSON.stringify(StoredRowSettings.parse(settings).background),
  ).values(),
];

/**
 * How rows look that have an equal clip, with their own materials. Null: one of these was deleted since they
 * were read.
 */
export async function planLook(
  deps: Pick<BatchDeps, "db" | "limits">,
  batch: Own,
  rows: readonly Pick<BatchRow, "settings">[] = [],
): Promise<CompositionSettings | null> {
  const own = rows.map((row) => StoredRowSettings.parse(row.settings));
  try {
    return await plan(deps, batch, own);
  } catch (error) {
    if (error instanceof ExpectedError) return null;
    throw error;
  }
}

async function plan(
  deps: Pick<BatchDeps, "db" | "limits">,
  { workspaceId, settings }: Own,
  rows: readonly StoredRowSettings[],
): Promise<CompositionSettings> {
  const { template, height, frameRate, voice, music, ...own } = BatchSettings.parse(settings);
  const background = rows[0]?.background ?? own.background;
  const materials = [...new Set([...own.materials, ...rows.flatMap((row) => row.materials)])];
  const known = await findTemplate(deps.db, workspaceId, { ...template, field: "template" });
  const input = { data: known.manifest.example, height, frameRate, voice, music, background, materials };
  return (await planWith(deps, workspaceId, { template: known, input })).settings;
}

/** Null: it was deleted, and the batch cannot start. */
export async function findOwnProfile(
  { db }: Pick<BatchDeps, "db">,
  { workspaceId, settings }: HeldBatch,
): Promise<Profile | null> {
  const { profile } = BatchSettings.parse(settings);
  return await chooseProfile(db, workspaceId, profile).catch((error: unknown) => {
    if (error instanceof ExpectedError) return null;
    throw error;
  });
}
