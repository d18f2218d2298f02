/** Which events an endpoint is sent: decided purely. */
import { InvalidInputError } from "../errors/index.ts";
import { eventTypes } from "../events/index.ts";

const names: ReadonlySet<string> = new Set(eventTypes);
const families = [...new Set(eventTypes.map((name) => `${name.slice(0, name.indexOf("."))}.*`))];
const MAX_ENTRIES = 50;

/**
 * True if an event matches: an empty filter accepts all, `video.*` a family, any other entry the event of
 * that name.
 */
export const matchesFilter = (filter: readonly string[], type: string): boolean =>
  filter.length === 0 ||
  filter.some((entry) => (entry.endsWith(".*") ? type.startsWith(entry.slice(0, -1)) : entry === type));

/**
 * The filter without duplicates; `*` means all. Throws `InvalidInputError` (`EVENT_TYPE_INVALID`) for an
 * unknown event.
 */
export function checkEventFilter(filter: readonly string[]): string[] {
  const entries = [...new Set(filter)];
  if (entries.length > MAX_ENTRIES) {
    throw invalid(
      `has ${entries.length} entries; the limit is ${MAX_ENTRIES}. Use families such as "video.*"`,
    );
  }
  if (entries.includes("*")) return [];
  const wrong = entries.find((entry) => !names.has(entry) && !families.includes(entry));
  if (wrong === undefined) return entries;
  const [family = ""] = wrong.split(".", 1);
  const known = eventTypes.filter((name) => name.startsWith(`${family}.`));
  const choice = known.length > 0 ? known : families;
  throw invalid(
    `there is no event ${JSON.stringify(wrong.slice(0, 80))}; use one of ${choice.join(", ")}, or leave the list empty for all`,
  );
}

const invalid = (what: string): InvalidInputError =>
  new InvalidInputError("EVENT_TYPE_INVALID", "eventTypes", `eventTypes: ${what}.`);
