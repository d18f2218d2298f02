/**
 * Run after `npm install` where the registry is a mirror that holds packages for one platform only: npm then
 * leaves the others out of package-lock.json, and `npm ci` refuses a lockfile that lacks them, on every
 * platform. This adds them as npm itself writes them, with the exact version that their parent asks for, but
 * without a checksum.
 */
import fs from "node:fs";
import path from "node:path";
import { ROOT } from "./install/paths.mjs";

const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32|windows)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)(?:-(gnu|musl)\w*)?/;

// A folder with a lockfile of its own may be given.
const file = path.join(path.resolve(process.argv[2] ?? ROOT), "package-lock.json");
const lockfile = JSON.parse(fs.readFileSync(file, "utf8"));
const added = {};

for (const [place, entry] of Object.entries(lockfile.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = [`node_modules/${name}`, `${place}/node_modules/${name}`];
    if (places.some((at) => lockfile.packages[at] !== undefined) || !/^\d/.test(version)) continue;
    const [, os, cpu, libc] = PLATFORM.exec(name) ?? [];
    if (os === undefined) continue;
    added[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(entry.dev && { dev: true }),
      ...(libc && { libc: [libc === "gnu" ? "glibc" : "musl"] }),
      optional: true,
      os: [os === "windows" ? "win32" : os],
    };
  }
}

const byPlace = ([a], [b]) => a.localeCompare(b, "en");
const { packages } = lockfile;
lockfile.packages = Object.fromEntries([...Object.entries(packages), ...Object.entries(added)].sort(byPlace));
fs.writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
console.log(`Added ${Object.keys(added).length} package(s) of other platforms to package-lock.json.`);
