const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (value: number) => String(value).padStart(2, "0");

/** A place or a length on a timeline: `0:07`, `1:02:03`. Pure. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / SECOND);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A rough span: `3 s`, `4 min`, `2 h 5 min`, `3 d`. Pure. */
export function formatSpan(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < DAY) {
    const minutes = Math.round(ms / MINUTE);
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest > 0 ? ` ${rest} min` : ""}`;
  }
  return `${Math.floor(ms / DAY)} d`;
}

/** `just now`, `5 min ago`. Pure. */
export function formatAgo(at: string, now: number): string {
  const ms = now - Date.parse(at);
  return ms < 10 * SECOND ? "just now" : `${formatSpan(ms)} ago`;
}

/** `in 5 min`; `now` once it is due. Pure. */
export function formatUntil(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  return ms < SECOND ? "now" : `in ${formatSpan(ms)}`;
}

/** In the reader's own time zone and manner. */
export const formatMoment = (at: string): string =>
  new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** Hours, minutes and seconds in the reader's time zone. */
export const formatClock = (at: string): string =>
  new Date(at).toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
