import { type ApiClient, ApiError } from "./api-client.ts";
import type { BatchInput, Takes, WatchedBatch, WatchedRow, WatchedVideo } from "./documents.ts";
import type { RowsSource } from "./read-rows-file.ts";
import { uploadFile } from "./upload-file.ts";

/** Issues that are printed; the console lists all. */
const PRINTED = 20;

interface RowsView {
  print: (text: string) => void;
  /** Shows a video until it ends. */
  follow: (title: string, videoId: string) => Promise<WatchedVideo>;
}

/**
 * Makes a batch of a CSV: prints what is wrong with its rows, then renders the others and shows each video.
 * Resolves with true if every row became one.
 */
export async function renderRows(
  api: ApiClient,
  rows: RowsSource,
  { print, follow }: RowsView,
  signal: AbortSignal,
): Promise<boolean> {
  const { name, template } = rows;
  const source = await toBatchSource(api, rows, signal);
  const { id } = await api.createBatch({ title: name, template, source, start: true }, signal);
  const shown = new Map<string, Promise<unknown>>();
  const show = ({ title, line, video }: WatchedRow): void => {
    if (video === null || shown.has(video.id)) return;
    const following = follow(`${line} ${title}`, video.id).catch((error: unknown) => {
      if (!signal.aborted) print(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    });
    shown.set(video.id, following);
  };
  let isChecked = false;
  for await (const { batch, rows: changed } of api.watchBatch(id, signal)) {
    if (!isChecked && batch.status !== "CHECKING") {
      isChecked = true;
      for (const line of reportOf(name, batch)) print(line);
      if (batch.estimate) print(`${name}: estimated: ${describeTakes(batch.estimate)}.`);
    }
    for (const row of changed) show(row);
    if (!endedStatuses.has(batch.status) && batch.status !== "CHECKED") continue;
    await Promise.all(shown.values());
    const { ready, failed, canceled, invalid } = batch.counts;
    print(
      `\n${name}: ${ready} videos are ready; ${failed} failed, ${canceled} canceled, ${invalid} rows invalid.`,
    );
    if (batch.taken) print(`${name}: took: ${describeTakes(batch.taken)}.`);
    if (batch.error) throw new ApiError(batch.error.code, batch.error.message);
    return batch.status === "SUCCEEDED";
  }
  signal.throwIfAborted();
  throw new ApiError("BATCH_DELETED", "The batch was deleted before it had ended.");
}

/** A text as it is; a large one as a material, which the API reads. */
async function toBatchSource(
  api: ApiClient,
  { name, path, sizeBytes, csv }: RowsSource,
  signal: AbortSignal,
): Promise<BatchInput["source"]> {
  if (csv !== null) return { csv };
  const { id, upload } = await api.createMaterial(name, sizeBytes, signal);
  if (upload !== null) {
    await uploadFile(upload, { path, sizeBytes, signal, onProgress: () => undefined });
    if (upload.protocol === "GCS_RESUMABLE") await api.completeMaterial(id, signal);
  }
  return { material: id };
}

const endedStatuses: ReadonlySet<string> = new Set(["SUCCEEDED", "PARTIAL", "CANCELED", "FAILED"]);

const describeTakes = ({ durationMs, cpuSeconds, wallSeconds, storedBytes }: Takes): string =>
  `${formatSeconds(durationMs / 1_000)} of video, ${formatSeconds(cpuSeconds)} of processor time, ${formatSeconds(wallSeconds)} in all, ${(storedBytes / 1e6).toFixed(1)} MB`;

const formatSeconds = (seconds: number): string => `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;

function reportOf(name: string, { counts, issues }: WatchedBatch): string[] {
  const { nodes, totalCount } = issues;
  const lines = nodes.slice(0, PRINTED).map(({ line, column, message }) => {
    const place = [line === null ? null : `line ${line}`, column].filter((part) => part !== null).join(", ");
    return `${name}, ${place}: ${message}`;
  });
  const more = totalCount > PRINTED ? [`${name}: ${totalCount - PRINTED} more issues, see the console.`] : [];
  const { total, invalid, duplicate } = counts;
  const made = total - invalid - duplicate;
  return [
    ...[...lines, ...more],
    `${name}: ${made} of ${total} rows become videos${duplicate > 0 ? `; ${duplicate} equal others` : ""}.`,
  ];
}
