import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** This process and whatever it starts meanwhile. */
export function pinToFirstCore(): Disposable {
  const pin = (cores: string) =>
    execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", cores, String(process.pid)], {
      stdio: "ignore",
    });
  const all = `0-${availableParallelism() - 1}`;
  pin("0");
  return { [Symbol.dispose]: () => pin(all) };
}
