import { Account, mergeQuality, Quality } from "@reelay/contracts";
import type { Variant } from "../../../../prisma/generated/client.ts";
import type { Change, Tx } from "../../../events/index.ts";
import { belowMinimum } from "./below-minimum.ts";

/**
 * Stores an attempt's account, and recalculates the quality of its variants. The caller holds the video's
 * lock.
 */
export async function applyAccount(
  tx: Tx,
  { videoId, attemptId }: { videoId: string; attemptId: string },
  account: Account,
): Promise<Change[]> {
  await tx.attempt.update({ where: { id: attemptId }, data: { account } });
  if (account.sourceHash !== null) {
    await tx.source.updateMany({ where: { videoId, hash: null }, data: { hash: account.sourceHash } });
  }
  const names = Object.keys(account.quality);
  if (names.length === 0) return [];
  const [variants, parts] = await Promise.all([
    tx.variant.findMany({ where: { videoId, name: { in: names } } }),
    tx.part.findMany({
      where: { videoId, rendition: { in: names } },
      select: { rendition: true, attemptId: true },
    }),
  ]);
  const attempts = await tx.attempt.findMany({
    where: {
      id: { in: [...parts.map((part) => part.attemptId), ...variants.flatMap((v) => v.attemptId ?? [])] },
    },
    select: { id: true, account: true },
  });
  const accounts = new Map(
    attempts.map(({ id, account: json }) => [id, json === null ? undefined : Account.parse(json)]),
  );
  const changes: Change[] = [];
  for (const variant of variants) {
    const own = parts.filter(({ rendition }) => rendition === variant.name).map((part) => part.attemptId);
    const made = own.length > 0 ? own : [variant.attemptId ?? ""];
    const quality = mergeQuality(made.flatMap((id) => accounts.get(id)?.quality[variant.name] ?? []));
    if (quality === null) continue;
    await tx.variant.update({ where: { id: variant.id }, data: { quality } });
    changes.push(...tell(variant, quality));
  }
  return changes;
}

function tell({ name, minVmaf, quality: before }: Variant, quality: Quality): Change[] {
  const { metric, mean } = quality;
  const measured: Change = { type: "variant.measured", data: { name, metric, mean } };
  const wasBelow = belowMinimum({ minVmaf, quality: Quality.nullable().parse(before) });
  if (wasBelow || !belowMinimum({ minVmaf, quality })) return [measured];
  return [measured, { type: "variant.below-minimum", data: { name, mean, minVmaf } }];
}
