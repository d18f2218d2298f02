/** A path of the host, and where bubblewrap finds it. */
export interface Mount {
  path: string;
  from: string;
}

/** Folders that every system has and no program needs. */
const stages = ["/mnt", "/media", "/opt", "/srv", "/home"];

/** Perl that gives root up for the user whose ids come first, and becomes the rest. */
const stepDown =
  'my ($u, $g) = splice @ARGV, 0, 2; $( = $g; $) = "$g $g"; ($<, $>) = ($u, $u); $> == $u or die; exec { $ARGV[0] } @ARGV';

export interface Staging {
  mounts: Mount[];
  /** What is put in front of bubblewrap; the process is then started as root. Empty: nothing is needed. */
  prefix: string[];
}

/**
 * Paths below a folder that only root may enter (`/root`) cannot be bound by bubblewrap once it runs as another user: `hidden` ones are shown to it in a
 * mount namespace around it, which root makes. Pure.
 */
export function planStaging(
  paths: readonly string[],
  hidden: ReadonlySet<string>,
  tools: { bubblewrap: string; perl: string; uid: number; gid: number },
): Staging {
  const staged = paths.filter((path) => hidden.has(path));
  if (staged.length === 0) return { mounts: paths.map((path) => ({ path, from: path })), prefix: [] };
  const stage = stages.find((folder) => !paths.some((path) => `${path}/`.startsWith(`${folder}/`))) ?? "/mnt";
  const from = (path: string) => (hidden.has(path) ? `${stage}/${staged.indexOf(path)}` : path);
  return {
    mounts: paths.map((path) => ({ path, from: from(path) })),
    prefix: [
      ...[tools.bubblewrap, "--die-with-parent", "--dev-bind", "/", "/", "--tmpfs", stage],
      ...staged.flatMap((path) => ["--bind", path, from(path)]),
      ...["--", tools.perl, "-e", stepDown, String(tools.uid), String(tools.gid)],
    ],
  };
}
