/** Starts programs in a jail, monitors them and measures their resources. */
export { commandLine } from "./command-line.ts";
export { programEnvironment } from "./env.ts";
export { explainLimit } from "./explain-limit.ts";
export { ARGUMENTS_HERE, launchScript, readLaunched } from "./launch-script.ts";
export { behindCopies, behindOthers } from "./priority.ts";
export { endGroup, isRunning, signalTree } from "./process-tree.ts";
export { type Access, confine, type Program } from "./program.ts";
export { currentUsage, ProgramUsage } from "./program-usage.ts";
export { ProgressLines } from "./progress-lines.ts";
export { isExecutable, pythonFiles } from "./python-files.ts";
export type { ProgramEnd, ProgramLimits, ProgramResult } from "./result.ts";
export { type RunOptions, runProgram } from "./run-program.ts";
export type { Start } from "./start.ts";
