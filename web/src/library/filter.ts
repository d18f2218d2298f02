import type { VideoFilter, VideoStatus } from "../api/index.ts";

/** The library's filters, as they stand in its address: `?status=active&q=bunny`. */
export const statusFilters = [
  { name: "", text: "All", statuses: null },
  { name: "active", text: "In progress", statuses: ["AWAITING_SOURCE", "PROCESSING", "PLAYABLE"] },
  { name: "ready", text: "Ready", statuses: ["READY"] },
  { name: "failed", text: "Failed", statuses: ["FAILED"] },
] as const satisfies readonly { name: string; text: string; statuses: readonly VideoStatus[] | null }[];

export interface LibraryFilter {
  /** A name of `statusFilters`. */
  status: string;
  search: string;
}

/** Pure. Unknown states are none. */
export function readFilter(query: string): LibraryFilter {
  const params = new URLSearchParams(query);
  const status = params.get("status") ?? "";
  return {
    status: statusFilters.some(({ name }) => name === status) ? status : "",
    search: params.get("q") ?? "",
  };
}

/** Pure. Empty for no filter. */
export function writeFilter({ status, search }: LibraryFilter): string {
  const params = new URLSearchParams({ ...(status && { status }), ...(search && { q: search }) });
  return params.size === 0 ? "" : `?${params}`;
}

const statusesOf = (name: string): readonly VideoStatus[] | null =>
  statusFilters.find((filter) => filter.name === name)?.statuses ?? null;

/** As the API takes it; null for everything. Pure. */
export function toVideoFilter({ status, search }: LibraryFilter): VideoFilter | null {
  const statuses = statusesOf(status);
  const text = search.trim();
  if (statuses === null && text === "") return null;
  return { ...(statuses && { status: [...statuses] }), ...(text !== "" && { search: text }) };
}

/** Whether a video belongs into the list, as the API would judge. Pure. */
export function fits(
  video: { title: string; externalId: string | null; status: VideoStatus },
  { status, search }: LibraryFilter,
): boolean {
  const statuses = statusesOf(status);
  if (statuses !== null && !statuses.includes(video.status)) return false;
  const text = search.trim().toLowerCase();
  return [video.title, video.externalId ?? ""].some((field) => field.toLowerCase().includes(text));
}
