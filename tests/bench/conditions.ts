import { cpus, loadavg, totalmem } from "node:os";

/** Named figures; units as the names say. */
export type Figures = Record<string, number>;

export interface BenchOptions {
  /** Fewer and smaller rounds: to see that a bench works, not for figures to quote. */
  isShort: boolean;
  print: (line: string) => void;
}

/** The machine, and how busy others keep it: figures mean little without. */
export function describeConditions(): string {
  const [first] = cpus();
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const load = loadavg()
    .map((value) => value.toFixed(2))
    .join(" ");
  return `${cpus().length} cores (${first?.model.trim() ?? "unknown"}), ${gibibytes} GiB, Node ${process.version}, ${process.platform}; load average ${load}`;
}
