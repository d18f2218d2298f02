/** The Prisma client and its Pothos types: made from prisma/schema.prisma into folders that git ignores. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { expected } from "./paths.mjs";

const STAMP = "prisma/generated/.inputs";
const OUTPUTS = ["prisma/generated/client.ts", "schema/generated/pothos-prisma-types.ts"];
const GENERATORS = ["prisma", "@prisma/client", "@pothos/plugin-prisma"];

export function isPrismaClientFresh(root) {
  try {
    const stamp = fs.readFileSync(path.join(root, STAMP), "utf8");
    return stamp === inputs(root) && OUTPUTS.every((file) => fs.existsSync(path.join(root, file)));
  } catch {
    return false;
  }
}

/** Everything that the result depends on: the schema and the versions of what reads it. */
function inputs(root) {
  const hash = createHash("sha256").update(fs.readFileSync(path.join(root, "prisma/schema.prisma")));
  for (const name of GENERATORS) {
    const manifest = path.join(root, "node_modules", name, "package.json");
    hash.update(`${name}@${JSON.parse(fs.readFileSync(manifest, "utf8")).version}\n`);
  }
  return hash.digest("hex");
}

export async function generatePrismaClient(root, node) {
  console.error("Generating the Prisma client …");
  const env = {
    ...process.env,
    PATH: [path.join(root, "node_modules/.bin"), process.env.PATH].join(path.delimiter),
    // `generate` does not use the engine, but downloads it unless told that it is there: any program will do.
    PRISMA_SCHEMA_ENGINE_BINARY: node,
    CHECKPOINT_DISABLE: "1",
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
  };
  const args = [
    "node_modules/prisma/build/index.js",
    "generate",
    "--schema",
    "prisma/schema.prisma",
    "--no-hints",
  ];
  const child = spawn(node, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw expected(`prisma generate failed for prisma/schema.prisma:\n${output.trim()}`);
  fs.writeFileSync(path.join(root, STAMP), inputs(root));
}
