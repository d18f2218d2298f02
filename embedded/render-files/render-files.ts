import type { RunFile } from "../run-file.ts";
import type { Terminal } from "../terminal.ts";
import { ApiError, createApiClient } from "./api-client.ts";
import type { WatchedVideo } from "./documents.ts";
import { describeFailure } from "./format.ts";
import type { NamedSource } from "./read-command.ts";
import { renderRows } from "./render-rows.ts";
import { renderSource, watchToEnd } from "./render-source.ts";
import { createBarsView, createLinesView, type FileView } from "./view.ts";

/** Bars that fit a terminal. More videos are shown by lines. */
const MAX_BARS = 20;

/**
 * Renders every source through the public API of the system in `run`: create, upload, watch. Resolves with
 * true if all became videos; failures are printed with their reason.
 */
export async function renderFiles(
  run: RunFile,
  sources: readonly NamedSource[],
  { terminal, signal }: { terminal: Terminal; signal: AbortSignal },
): Promise<boolean> {
  if (sources.length === 0) return true;
  await using api = createApiClient(run);
  const videos = sources.reduce((sum, source) => sum + (source.kind === "rows" ? source.rows : 1), 0);
  using view =
    terminal.isInteractive && videos <= MAX_BARS
      ? createBarsView(terminal, process.stdout, videos)
      : createLinesView(terminal);
  /** Shows one video, which `watch` follows to its end. */
  const show = async (name: string, watch: (file: FileView) => Promise<WatchedVideo>) => {
    const file = announcingPlayback(view.open(name), (video) =>
      terminal.print(embeddingOf(name, video, run)),
    );
    const video = await watch(file);
    file.ended(summaryOf(name, video, run));
    return video;
  };
  const outcomes = await Promise.all(
    sources.map(async (source) => {
      if (source.kind === "quiz") for (const note of source.notes) terminal.print(note);
      try {
        if (source.kind !== "rows")
          return (
            (await show(source.name, (file) => renderSource(api, source, file, signal))).status === "READY"
          );
        const print = (text: string) => terminal.print(text);
        const follow = (title: string, videoId: string) =>
          show(title, (file) => watchToEnd(api, videoId, file, signal));
        return await renderRows(api, source, { print, follow }, signal);
      } catch (error) {
        if (!signal.aborted) terminal.print(problemOf(source.name, error));
        return false;
      }
    }),
  );
  return outcomes.every(Boolean);
}

/** Calls `print` as soon as the video plays, long before it is finished. */
function announcingPlayback(file: FileView, print: (video: WatchedVideo) => void): FileView {
  let isAnnounced = false;
  return {
    ...file,
    changed(video) {
      file.changed(video);
      if (isAnnounced || !video.playback) return;
      isAnnounced = true;
      print(video);
    },
  };
}

function embeddingOf(name: string, { id }: WatchedVideo, run: RunFile): string {
  const code = embedCode(id, new URL(run.graphql).origin).replaceAll(/^/gm, "    ");
  return `\n${name} plays. To embed it in a page (no key needed):\n\n${code}\n`;
}

function summaryOf(name: string, video: WatchedVideo, run: RunFile): string {
  if (video.status === "FAILED") return `\n${describeFailure(name, video.error)}`;
  const page = new URL(`/watch/${video.id}`, run.graphql).href;
  const failed = video.variants.filter(({ status }) => status === "FAILED").map((variant) => variant.name);
  return [
    `\n${name} is ready${failed.length > 0 ? `, but for ${failed.join(", ")}` : ""}.`,
    `  Playback  ${video.playback?.hlsUrl ?? "-"}`,
    `  Watch     ${page}`,
  ].join("\n");
}

function problemOf(name: string, error: unknown): string {
  if (error instanceof ApiError) return `\n${name} FAILED: ${error.code}: ${error.message}`;
  return `\n${name} FAILED: ${error instanceof Error ? error.message : String(error)}`;
}

/**
 * HTML that plays a video on any page without a key, ready to paste. The API serves the script, so no
 * installation is needed. Pure.
 */
const embedCode = (videoId: string, origin: string): string =>
  `<script type="module" src="${origin}/player.js"></script>
<reelay-player video-id="${videoId}" api="${origin}"></reelay-player>`;
