import { MultiBar, type SingleBar } from "cli-progress";
import type { Terminal } from "../terminal.ts";
import { barOf, bytesOf, describeVariant, percentOf } from "./format.ts";
import type { View } from "./view.ts";

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
            show(head, `${name}  ${barOf(video.progress)}  ${percentOf(video.progress)}  ${video.status}`);
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
            show(row, `  ${label.padEnd(8)} ${barOf(variant.fraction)}  ${describeVariant(variant)}`);
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
