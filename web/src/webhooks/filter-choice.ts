/**
 * What a filter of events offers to choose; others are typed. What the names mean:
 * docs/reference/webhooks.md.
 */
export const offered: readonly { name: string; hint: string }[] = [
  { name: "video.*", hint: "Any event of a video" },
  { name: "video.playable", hint: "The video can be published" },
  { name: "video.ready", hint: "Every variant is settled" },
  { name: "video.failed", hint: "The video cannot be played" },
  { name: "video.deleted", hint: "The video was deleted" },
  { name: "variant.*", hint: "Events of each variant" },
  { name: "job.*", hint: "Jobs queued, started, finished" },
  { name: "captions.*", hint: "Captions added and removed" },
  { name: "questions.*", hint: "Questions generated" },
  { name: "launch.*", hint: "Rented workers, for operators" },
  { name: "budget.reached", hint: "A job does not fit into a budget" },
  { name: "webhook.disabled", hint: "An endpoint was disabled" },
];

/** What is filled in. */
export interface FilterChoice {
  isAll: boolean;
  chosen: readonly string[];
  /** Names that are not offered, separated by spaces or commas. */
  others: string;
}

/** The filter as the API takes it: empty for all. Pure. */
export function toEventTypes({ isAll, chosen, others }: FilterChoice): string[] {
  if (isAll) return [];
  return [...new Set([...chosen, ...others.split(/[\s,;]+/).filter((name) => name !== "")])];
}

/** The reverse, for a form that begins with what is set. Pure. */
export function toChoice(eventTypes: readonly string[]): FilterChoice {
  const isOffered = (type: string) => offered.some(({ name }) => name === type);
  return {
    isAll: eventTypes.length === 0,
    chosen: eventTypes.filter(isOffered),
    others: eventTypes.filter((type) => !isOffered(type)).join(" "),
  };
}
