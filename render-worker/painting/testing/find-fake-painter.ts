import type { Jail } from "../../jail/jail.ts";
import type { InstalledPainter } from "../../painters/index.ts";
import { confine } from "../../programs/index.ts";

/** The fake painter in a jail. */
export const findFakePainter = (jail: Jail): InstalledPainter => ({
  version: "1",
  jail,
  texReason: "The fake painter draws no formulas.",
  program: confine(jail, process.execPath, { readable: [import.meta.dirname] }),
  args: [`${import.meta.dirname}/fake-painter.ts`],
});
