import type { FileImport } from "./read-imports.ts";

/** Where two paths part: the folder that both are in, and the member of it that each belongs to. */
function meet({ from, to }: FileImport): { folder: string; from: string; to: string; inside: string[] } {
  const [a, b] = [from.split("/"), to.split("/")];
  let depth = 0;
  while (a[depth] === b[depth]) depth += 1;
  return {
    folder: a.slice(0, depth).join("/"),
    from: a.slice(0, depth + 1).join("/"),
    to: b.slice(0, depth + 1).join("/"),
    // Every folder below the common one that the import enters.
    inside: b.slice(depth, -1).map((_, index) => b.slice(0, depth + index + 1).join("/")),
  };
}

/** Who imports whom among the members of each folder. */
function membersOf(imports: readonly FileImport[]): Map<string, Map<string, Set<string>>> {
  const folders = new Map<string, Map<string, Set<string>>>();
  for (const each of imports) {
    const { folder, from, to } = meet(each);
    const members = folders.get(folder) ?? new Map<string, Set<string>>();
    members.set(from, (members.get(from) ?? new Set()).add(to));
    folders.set(folder, members);
  }
  return folders;
}

/**
 * By folder, its files and subfolders that import each other in circles. A `main.ts` connects everything, and
 * no file imports it: it does not count.
 */
export function findCircles(imports: readonly FileImport[]): Map<string, string[]> {
  const circles = new Map<string, string[]>();
  for (const [folder, members] of membersOf(imports.filter(({ from }) => !from.endsWith("/main.ts")))) {
    const inCircles = [...members.keys()].filter((member) => reachable(members, member).has(member));
    if (inCircles.length > 0) circles.set(folder, inCircles.toSorted());
  }
  return circles;
}

function reachable(members: ReadonlyMap<string, ReadonlySet<string>>, start: string): Set<string> {
  const found = new Set<string>();
  const next = [start];
  for (let member = next.pop(); member !== undefined; member = next.pop()) {
    for (const target of members.get(member) ?? []) {
      if (found.has(target)) continue;
      found.add(target);
      next.push(target);
    }
  }
  return found;
}

/**
 * Imports that enter a room beside its `index.ts`. A room is a folder with an `index.ts`; a folder without
 * one groups rooms. Only the outermost room of an import counts. Declared entries of packages
 * are no bypasses.
 */
export function findBypasses(imports: readonly FileImport[], files: ReadonlySet<string>): FileImport[] {
  return imports.filter((each) => {
    if (each.byName === true) return false;
    const room = meet(each).inside.find((folder) => hasIndex(folder, files));
    return room !== undefined && !isIndexOf(room, each.to);
  });
}

/**
 * Folders that others import from and that have no `index.ts`. Without one, a folder is private to the files
 * beside it.
 */
export function findOpenRooms(imports: readonly FileImport[], files: ReadonlySet<string>): string[] {
  const open = imports.flatMap((each) => {
    const { from, inside } = meet(each);
    const last = inside.at(-1);
    if (last === undefined || inside.some((folder) => hasIndex(folder, files))) return [];
    return inside.length === 1 && each.from === from ? [] : [last];
  });
  return [...new Set(open)].toSorted();
}

const isIndexOf = (room: string, file: string): boolean =>
  file === `${room}/index.ts` || file === `${room}/index.tsx`;

const hasIndex = (folder: string, files: ReadonlySet<string>): boolean =>
  files.has(`${folder}/index.ts`) || files.has(`${folder}/index.tsx`);
