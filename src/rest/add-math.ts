/**
 * Adds `from math import *` to the first line, so that no line number changes: scripts for the service whose
 * interface this is may rely on it. A first line that cannot take another statement stays as it is, and so
 * does a script with a `__future__` import, which must come first. Pure.
 */
export function addMath(script: string): string {
  const end = script.search(/\r?\n|$/);
  const first = script.slice(0, end);
  if (script.includes("__future__")) return script;
  if (first.trim() === "") return `${ADDED}${script.slice(end)}`;
  return /^(?:from|import)\s/.test(first) ? `${ADDED}; ${script}` : script;
}

const ADDED = "from math import *";
