import { type AssetKind, kindDefinitions } from "@reelay/contracts";
import type { z } from "zod";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "./db.ts";

/** What `assetsOf` reads. */
export const assetColumns = { select: { kind: true, key: true, result: true } } as const;
type AssetRow = Prisma.AssetGetPayload<typeof assetColumns>;

/** A video's assets by kind, in lower case. Null: none, or one of another release. */
export type Assets = {
  [Kind in AssetKind as Lowercase<Kind>]: z.output<(typeof kindDefinitions)[Kind]["asset"]> | null;
};

const definitions = Object.values(kindDefinitions).filter((kind) => kind.produces === "ASSET");

export function assetsOf({ assets }: { assets: readonly AssetRow[] }): Assets {
  const entries = definitions.map(({ name, asset }) => {
    const row = assets.find(({ kind }) => kind === name);
    const read = row && asset.safeParse({ ...Object(row.result), key: row.key });
    return [name.toLowerCase(), read?.data ?? null];
  });
  return Object.fromEntries(entries) as Assets;
}

/** The row of an asset, checked. */
export function toAssetRow<Name extends keyof Assets>(
  name: Name,
  asset: NonNullable<Assets[Name]>,
): AssetRow {
  const definition = definitions.find((kind) => kind.name.toLowerCase() === name);
  if (definition === undefined) throw new Error(`There is no asset ${name}.`);
  const { key, ...result } = definition.asset.parse(asset);
  return { kind: definition.name, key, result };
}

/** Stores an asset, replacing the previous one. The caller holds the video's lock. */
export async function writeAsset(db: Db, videoId: string, { kind, key, result }: AssetRow): Promise<void> {
  const data = { key, result: Object(result) as Prisma.InputJsonObject };
  const where = { videoId_kind: { videoId, kind } };
  await db.asset.upsert({ where, create: { videoId, kind, ...data }, update: data });
}
