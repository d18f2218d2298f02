import type { Terminal } from "../terminal.ts";
import { bytesOf, describeVariant, percentOf } from "./format.ts";
import type { View } from "./view.ts";

/** Minimum interval between two lines about the same variant (or upload) in the same state. */
const EVERY_MS = 2_000;

/**
 * Prints a line per change of state and occasionally one per rendering variant: for logs, pipes and terminals
 * that cannot redraw.
 */
export function createLinesView(terminal: Terminal, now: () => number = () => performance.now()): View {
  return {
    open(name) {
      const said = new Map<string, { state: string; at: number }>();
      const say = (topic: string, state: string, text: string) => {
        const last = said.get(topic);
        if (last?.state === state && now() - last.at < EVERY_MS) return;
        said.set(topic, { state, at: now() });
        terminal.print(`${name}: ${text}`);
      };
      return {
        uploaded(sent, total) {
          const fraction = total === 0 ? 1 : sent / total;
          if (said.get("upload")?.state === "done") return;
          const state = fraction === 1 ? "done" : "sending";
          say("upload", state, `upload ${percentOf(fraction)} of ${bytesOf(total)}`);
        },
        changed({ status, variants }) {
          if (said.get("video")?.state !== status) say("video", status, status);
          for (const variant of variants) {
            const isQuiet =
              variant.status !== "RENDERING" && said.get(variant.name)?.state === variant.status;
            if (!isQuiet) say(variant.name, variant.status, `${variant.name} ${describeVariant(variant)}`);
          }
        },
        ended: (summary) => terminal.print(summary),
      };
    },
    [Symbol.dispose]() {},
  };
}
