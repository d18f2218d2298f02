/** What a filter of events offers to choose; others are typed. What the names mean: docs/reference/webhooks.md. */
export const offered: readonly { name: string; hint: string }[] = [
  { name: "video.*", hint: "All that happens to a video" },
  { name: "video.playable", hint: "It plays: publish it" },
  { name: "video.ready", hint: "Every variant is settled" },
  { name: "video.failed", hint: "Nothing of it plays" },
  { name: "video.deleted", hint: "Somebody deleted it" },
  { name: "variant.*", hint: "Each variant for itself" },
  { name: "job.*", hint: "Jobs queued, started, ended" },
  { name: "captions.*", hint: "Captions added and removed" },
  { name: "webhook.disabled", hint: "An endpoint takes nothing any more" },
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
