import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Whether a command ends with 0. */
export const succeeds = (program: string, ...args: string[]): Promise<boolean> =>
  promisify(execFile)(program, args).then(
    () => true,
    () => false,
  );
