/** Whether node_modules holds what package-lock.json says. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const STAMP = "node_modules/.reelay-installed.json";

/** Names the wanted state: another lockfile, system or processor wants another install. */
export function wantedState(root) {
  const lockfile = fs.readFileSync(path.join(root, "package-lock.json"));
  return createHash("sha256").update(lockfile).update(`${process.platform}-${process.arch}`).digest("hex");
}

/** True after an install by us of just this state, and after one by hand that fits it. */
export function isInstalled(root, wanted = wantedState(root)) {
  return readJson(path.join(root, STAMP))?.state === wanted || fitsLockfile(root);
}

export function markInstalled(root) {
  fs.writeFileSync(path.join(root, STAMP), JSON.stringify({ state: wantedState(root) }));
}

/** Compares with the record that npm itself keeps of what it put into node_modules. */
function fitsLockfile(root) {
  const wanted = readJson(path.join(root, "package-lock.json"))?.packages ?? {};
  const present = readJson(path.join(root, "node_modules/.package-lock.json"))?.packages;
  if (present === undefined) return false;
  return Object.entries(wanted).every(([place, entry]) => {
    if (!place.startsWith("node_modules/") && !place.includes("/node_modules/")) return true;
    if (entry.link) return fs.existsSync(path.join(root, place));
    if (present[place] !== undefined) return present[place].version === entry.version;
    return entry.optional === true && !isForThisMachine(entry);
  });
}

/**
 * Optional packages without an os are parts of others that may be for another machine: their lack says
 * nothing.
 */
function isForThisMachine({ os, cpu, libc }) {
  // Which C library this is cannot be told cheaply either.
  return (
    libc === undefined && os?.includes(process.platform) === true && cpu?.includes(process.arch) === true
  );
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
