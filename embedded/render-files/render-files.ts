import type { RunFile } from "../run-file.ts";
import type { Terminal } from "../terminal.ts";
import { ApiError, createApiClient } from "./api-client.ts";
import { createBarsView } from "./bars-view.ts";
import type { WatchedVideo } from "./documents.ts";
import { embedCode } from "./embed-code.ts";
import { createLinesView } from "./lines-view.ts";
import type { NamedSource } from "./read-command.ts";
import { renderSource } from "./render-source.ts";
import type { FileView } from "./view.ts";

/**
 * Does the main job on every source, through the public API of the system that `run` names: create, upload, watch.
 * Resolves to whether each became a video; why one did not is told.
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
      const file = tellingWherePlays(view.open(source.name), (video) =>
        terminal.tell(embeddingOf(source.name, video, run)),
      );
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

/** Does not wait for the end: it plays long before. */
function tellingWherePlays(file: FileView, tell: (video: WatchedVideo) => void): FileView {
  let isTold = false;
  return {
    ...file,
    changed(video) {
      file.changed(video);
      if (isTold || !video.playback) return;
      isTold = true;
      tell(video);
    },
  };
}

function embeddingOf(name: string, { id }: WatchedVideo, run: RunFile): string {
  const code = embedCode(id, new URL(run.graphql).origin).replaceAll(/^/gm, "    ");
  return `\n${name} plays. On a page of yours, which needs no key for it:\n\n${code}\n`;
}

function summaryOf(name: string, video: WatchedVideo, run: RunFile): string {
  if (video.status === "FAILED") {
    const { code, message } = video.error ?? { code: "FAILED", message: "no reason was given" };
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
