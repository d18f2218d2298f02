import { lstat, readlink, stat } from "node:fs/promises";

/** Paths that nearly every program needs, without users, settings or secrets of this machine. */
const folders = ["/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"];
const loader = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/openssl.cnf"];
const fonts = [
  "/etc/fonts",
  "/usr/share/fonts",
  "/usr/share/fontconfig",
  "/usr/local/share/fonts",
  "/var/cache/fontconfig",
];
/** Root folders that are links into /usr on most systems. */
const roots = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"];
/** Paths that GPU drivers read: which card a node is, and which libraries belong to it. */
const drivers = ["/sys", "/usr/share", "/etc/OpenCL", "/etc/vulkan", "/etc/glvnd", "/etc/libva.conf"];

/** Host paths that every program sees. */
export interface BaseFiles {
  readable: readonly string[];
  links: readonly { path: string; target: string }[];
  /** Additional paths for a program with devices. */
  drivers: readonly string[];
}

export async function findBaseFiles(): Promise<BaseFiles> {
  const links: { path: string; target: string }[] = [];
  const libraries: string[] = [];
  for (const path of roots) {
    const found = await lstat(path).catch(() => null);
    if (found?.isSymbolicLink()) links.push({ path, target: await readlink(path) });
    else if (found?.isDirectory() && path.startsWith("/lib")) libraries.push(path);
  }
  return {
    readable: await existing([...folders, ...libraries, ...loader, ...fonts]),
    links,
    drivers: await existing(drivers),
  };
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return found.flat();
}
