/** Names of classes that look like scenes: suggestions until a check has found the real ones. Pure. */
export function findScenes(script: string): string[] {
  const found = Array.from(script.matchAll(/^class\s+(\w+)\s*\(\s*[\w.]*Scene\b/gm), ([, name = ""]) => name);
  return [...new Set(found)];
}
