/** A host path, and where bubblewrap finds it. */
export interface Mount {
  path: string;
  from: string;
}

/** Folders that every system has and no program needs. */
const stages = ["/mnt", "/media", "/opt", "/srv", "/home"];

export interface Stage {
  mounts: Mount[];
  /** For the launcher before bubblewrap. Empty if not needed. */
  directives: string[];
}

/**
 * Bubblewrap cannot bind paths below a folder that only root may enter (`/root`) once it runs as another
 * user. Root exposes such `hidden` paths in a mount namespace as `/mnt/0`, `/mnt/1`, … Pure.
 */
export function planStage(paths: readonly string[], hidden: ReadonlySet<string>): Stage {
  const staged = paths.filter((path) => hidden.has(path));
  const stage = stages.find((folder) => !paths.some((path) => `${path}/`.startsWith(`${folder}/`))) ?? "/mnt";
  return {
    mounts: paths.map((path) => ({
      path,
      from: hidden.has(path) ? `${stage}/${staged.indexOf(path)}` : path,
    })),
    directives: staged.length === 0 ? [] : [`stage=${stage}`, ...staged.map((path) => `staged=${path}`)],
  };
}
