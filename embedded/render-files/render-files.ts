import type { RunFile } from "../run-file.ts";
import type { Terminal } from "../terminal.ts";
import { ApiError, createApiClient } from "./api-client.ts";
import type { WatchedVideo } from "./documents.ts";
import type { NamedSource } from "./read-command.ts";
import { renderSource } from "./render-source.ts";
import { createBarsView, createLinesView, type FileView } from "./view.ts";

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
  using view = terminal.isInteractive
    ? createBarsView(terminal, process.stdout, sources.length)
    : createLinesView(terminal);
  const outcomes = await Promise.all(
    sources.map(async (source) => {
      const file = announcingPlayback(view.open(source.name), (video) =>
        terminal.print(embeddingOf(source.name, video, run)),
      );
      if (source.kind === "quiz") for (const note of source.notes) terminal.print(note);
      try {
        const video = await renderSource(api, source, file, signal);
        file.ended(summaryOf(source.name, video, run));
        return video.status === "READY";
      } catch (error) {
        if (!signal.aborted) file.ended(problemOf(source.name, error));
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
  if (video.status === "FAILED") {
    const { code, message } = video.error ?? { code: "FAILED", message: "no reason given" };
    return `\n${name} FAILED: ${code}: ${message}`;
  }
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
