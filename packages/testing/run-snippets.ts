/** Runs what a README shows, word for word but for addresses. */
import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** The TypeScript blocks of a page, in order. */
export async function readSnippets(readme: string): Promise<string[]> {
  const text = await readFile(readme, "utf8");
  return [...text.matchAll(/^```tsx?\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
}

/** A folder inside the package, so that its imports are found as a reader's would be; git does not see it. */
export async function createSnippetFolder(packageFolder: string) {
  const folder = path.join(packageFolder, "dist", `snippets-${process.pid}`);
  await mkdir(folder, { recursive: true });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Starts a snippet as a program of its own; `done` resolves to what it printed. */
export async function startSnippet(folder: string, code: string, env: Record<string, string>) {
  const file = path.join(folder, `${crypto.randomUUID()}.ts`);
  await writeFile(file, code);
  const child = spawn(process.execPath, ["--no-warnings", file], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  child.stdout.on("data", (data: Buffer) => (printed += data));
  child.stderr.on("data", (data: Buffer) => (printed += data));
  const done = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    // Not earlier: what it printed last may come after its exit.
    child.once("close", (code) =>
      code === 0 ? resolve(printed) : reject(new Error(`exit ${code}: ${printed}`)),
    );
  });
  // The caller that kills it does not wait for it.
  done.catch(() => {});
  return { done, printed: () => printed, kill: () => child.kill() };
}
