/** A Kubernetes API with Kubernetes' own types (`tests/kubernetes`) and the rights of the documented Role. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { buildGoProgram } from "../../../tests/kit/build-go-program.ts";

const root = resolve(import.meta.dirname, "../../..");
const page = join(root, "docs/how-to/start-workers-on-kubernetes.md");

/** The Role of the documentation, as YAML. */
export async function readDocumentedRole(): Promise<string> {
  const text = await readFile(page, "utf8");
  const yaml = /```yaml\n(.*?)```/s.exec(text)?.[1] ?? "";
  const role = yaml.split(/^---\n/m).find((each) => /^kind: Role$/m.test(each));
  if (role === undefined) throw new Error(`${page} has no Role in its first YAML block.`);
  return role;
}

/** `role`: YAML. Default: that of the documentation. */
export async function startKubernetes({ role }: { role?: string } = {}) {
  const directory = await mkdtemp(join(tmpdir(), "reelay-kubernetes-"));
  const file = (name: string) => join(directory, name);
  const token = "token-of-the-service-account";
  await writeFile(file("role.yaml"), role ?? (await readDocumentedRole()));
  await writeFile(file("token"), `${token}\n`);
  const program = await buildGoProgram(join(root, "tests/kubernetes"));
  const child = spawn(program, [file("role.yaml"), token], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  const first = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  if (first.done === true)
    throw new Error("The Kubernetes API for tests ended before it printed its address.");
  const { url, certificate } = JSON.parse(first.value) as { url: string; certificate: string };
  await writeFile(file("ca.crt"), certificate);
  return {
    url,
    token,
    certificate,
    settings: {
      ...{ server: url, caFile: file("ca.crt"), tokenFile: file("token") },
      ...{ namespace: "reelay", image: "registry.test/reelay-worker:1" },
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}
