import { MultiBar, type SingleBar } from "cli-progress";
import type { Terminal } from "../terminal.ts";
import type { WatchedVideo } from "./documents.ts";
import { barOf, bytesOf, describeStep, describeVariant, percentOf } from "./format.ts";

/** Shows the progress of all files. */
interface View extends Disposable {
  open(name: string): FileView;
}

/** Shows the progress of one file. */
export interface FileView {
  uploaded(sentBytes: number, totalBytes: number): void;
  changed(video: WatchedVideo): void;
  /** Prints the final summary: nothing changes afterwards. */
  ended(summary: string): void;
}

/** One bar per file and, below it, one per rendered variant, redrawn in place. */
export function createBarsView(terminal: Terminal, stream: NodeJS.WriteStream, fileCount: number): View {
  const bars = new MultiBar({
    stream,
    format: (_options, _params, payload: { text: string }) => payload.text,
    hideCursor: true,
    // The composition root handles signals.
    gracefulExit: false,
    // Lines wider than the terminal would break the layout.
    linewrap: false,
  });
  const diverted = terminal.divert((text) => {
    bars.log(`${text}\n`);
    bars.update();
  });
  let isOver = false;

  return {
    open(name) {
      const head = bars.create(1, 0, { text: name });
      const rows = new Map<string, SingleBar>();
      return {
        uploaded(sent, total) {
          const fraction = total === 0 ? 1 : sent / total;
          show(head, `${name}  ${barOf(fraction)}  upload ${percentOf(fraction)} of ${bytesOf(total)}`);
        },
        changed(video) {
          if (video.status !== "AWAITING_SOURCE") {
            const { progress, status, step, mainJob } = video;
            const isEnded = status === "READY" || status === "FAILED";
            const detail = mainJob?.waitReason ?? (step && !isEnded ? describeStep(step) : "");
            show(head, `${name}  ${barOf(progress)}  ${percentOf(progress)}  ${status}  ${detail}`.trimEnd());
          }
          for (const variant of video.variants) {
            // A skipped variant makes no progress, and a terminal has few lines.
            if (variant.status === "SKIPPED") continue;
            let row = rows.get(variant.name);
            if (row === undefined) {
              row = bars.create(1, 0, { text: "" });
              rows.set(variant.name, row);
            }
            const label = fileCount > 1 ? `${name.slice(0, 24)} ${variant.name}` : variant.name;
            show(
              row,
              `  ${label.padEnd(8)} ${barOf(variant.fraction)}  ${describeVariant(variant, video.error)}`,
            );
          }
        },
        ended: (summary) => terminal.print(summary),
      };
    },
    [Symbol.dispose]() {
      if (isOver) return;
      isOver = true;
      bars.update();
      bars.stop();
      diverted[Symbol.dispose]();
    },
  };
}

const show = (bar: SingleBar, text: string): void => bar.update(0, { text });

/** Minimum interval between two lines about the same variant (or upload) in the same state. */
const EVERY_MS = 2_000;

/**
 * Prints a line per change of state and occasionally one per rendering variant, each with its time in UTC:
 * for logs, pipes and terminals that cannot redraw.
 */
export function createLinesView(terminal: Pick<Terminal, "print">, now: () => number = Date.now): View {
  return {
    open(name) {
      const said = new Map<string, { state: string; at: number }>();
      const say = (topic: string, state: string, text: string) => {
        const last = said.get(topic);
        if (last?.state === state && now() - last.at < EVERY_MS) return;
        said.set(topic, { state, at: now() });
        terminal.print(`${new Date(now()).toISOString()} ${name}: ${text}`);
      };
      const isNew = (topic: string, state: string) => said.get(topic)?.state !== state;
      return {
        uploaded(sent, total) {
          const fraction = total === 0 ? 1 : sent / total;
          if (!isNew("upload", "done")) return;
          const state = fraction === 1 ? "done" : "sending";
          say("upload", state, `upload ${percentOf(fraction)} of ${bytesOf(total)}`);
        },
        changed({ status, variants, step, mainJob, error }) {
          if (isNew("video", status)) say("video", status, status);
          const reason = mainJob?.waitReason ?? null;
          if (reason !== null && isNew("wait", reason)) say("wait", reason, reason);
          if (step && isNew("step", String(step.index))) say("step", String(step.index), describeStep(step));
          const skipped = variants.filter((variant) => variant.status === "SKIPPED");
          const names = skipped.map((variant) => variant.name).join(", ");
          if (skipped[0] && isNew("skipped", names)) {
            say("skipped", names, `${names} ${describeVariant(skipped[0])}`);
          }
          for (const variant of variants) {
            if (variant.status === "SKIPPED") continue;
            if (variant.status === "RENDERING" || isNew(variant.name, variant.status))
              say(variant.name, variant.status, `${variant.name} ${describeVariant(variant, error)}`);
          }
        },
        ended: (summary) => terminal.print(summary),
      };
    },
    [Symbol.dispose]() {},
  };
}
