import { access, constants, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * What a jail must show so that this Python runs: its environment, and the libraries of the Python that the
 * environment was made of.
 *
 * @param python path of the program
 */
export async function pythonFiles(python: string): Promise<string[]> {
  const environment = dirname(dirname(python));
  const settings = await readFile(join(environment, "pyvenv.cfg"), "utf8").catch(() => "");
  const home = /^home *=(.*)$/m.exec(settings)?.[1]?.trim();
  // Without `home` it is no environment, but a whole Python.
  return home === undefined ? librariesOf(environment) : [environment, ...librariesOf(dirname(home))];
}

/** Whether the file exists, and may be run. */
export const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Every program can read the libraries of the system. */
const librariesOf = (prefix: string): string[] =>
  ["/", "/usr", "/usr/local"].includes(prefix) ? [] : [join(prefix, "lib")];
