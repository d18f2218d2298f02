/** Rows of workers, and of the needs of tasks, for tests that write rows themselves. */
import { DEFAULT_START_WITHIN_MS, kindDefinitions, type Offer, requirementsOf } from "@reelay/contracts";
import type { Pool } from "../../prisma/generated/enums.ts";

/** All kinds that need ffmpeg alone, with software. */
export const softwareOffer: Offer = {
  pools: ["cpu"],
  slots: 1,
  kinds: Object.values(kindDefinitions)
    .filter(({ requires }) => requires.runtime === "ffmpeg")
    .map(({ name }) => ({ name, runtime: "ffmpeg", version: "7.0" })),
  encoders: [],
  startWithinMs: DEFAULT_START_WITHIN_MS,
};

/** All kinds, each with its runtime. */
export const everyKind: Offer["kinds"] = Object.values(kindDefinitions).map(
  ({ name, requires: { runtime } }) => ({ name, runtime, version: "1.0" }),
);

export const workerRow = (
  id: string,
  { now = new Date(), ...changes }: Partial<Omit<Offer, "pools">> & { now?: Date } = {},
) => {
  const offer = { ...softwareOffer, ...changes };
  const { slots } = offer;
  const pools: Pool[] = ["CPU"];
  return { id, hostname: id, version: "0", offer, pools, slots, startedAt: now, lastSeenAt: now };
};

export const renderNeeds = requirementsOf("TRANSCODE", { rungs: [] });
