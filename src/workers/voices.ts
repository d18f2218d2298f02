import type { OfferedVoice } from "@reelay/contracts";
import type { Db } from "../database/index.ts";
import { readOffers } from "./offers.ts";

/** Voices of live workers. */
export interface KnownVoices {
  /** Each once, the default of each language of the first worker first. */
  voices: OfferedVoice[];
  /** False if a worker that speaks has too many to list, or no worker that speaks is alive. */
  isComplete: boolean;
}

export async function readVoices(db: Db, now: Date): Promise<KnownVoices> {
  const lists = (await readOffers(db, now)).flatMap(({ offer: { voices } }) =>
    voices === undefined ? [] : [voices],
  );
  const byId = new Map(lists.flatMap((voices) => voices ?? []).map((voice) => [voice.id, voice]));
  return { voices: [...byId.values()], isComplete: lists.length > 0 && !lists.includes(null) };
}
