import type { CompositionSettings, Profile } from "@reelay/contracts";
import type { BatchRow } from "../../prisma/generated/client.ts";
import { ExpectedError } from "../errors/index.ts";
import { chooseProfile } from "../profiles/index.ts";
import { findTemplate } from "../templates/index.ts";
import { planWith } from "../videos/index.ts";
import type { BatchDeps, HeldBatch } from "./deps.ts";
import { BatchSettings, StoredRowSettings } from "./settings.ts";

type Own = Pick<HeldBatch, "workspaceId" | "settings">;

/** How rows look, with their own materials. Null: one of these was deleted since they were read. */
export async function planLook(
  deps: Pick<BatchDeps, "db">,
  batch: Own,
  rows: readonly Pick<BatchRow, "settings">[] = [],
): Promise<CompositionSettings | null> {
  const own = rows.flatMap((row) => StoredRowSettings.parse(row.settings).materials);
  try {
    return await plan(deps, batch, own);
  } catch (error) {
    if (error instanceof ExpectedError) return null;
    throw error;
  }
}

async function plan(
  { db }: Pick<BatchDeps, "db">,
  { workspaceId, settings }: Own,
  more: readonly string[],
): Promise<CompositionSettings> {
  const { template, height, frameRate, voice, music, background, ...own } = BatchSettings.parse(settings);
  const materials = [...new Set([...own.materials, ...more])];
  const known = await findTemplate(db, workspaceId, { ...template, field: "template" });
  const input = { data: known.manifest.example, height, frameRate, voice, music, background, materials };
  return (await planWith(db, workspaceId, { template: known, input })).settings;
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
