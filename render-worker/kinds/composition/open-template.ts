import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { objectKeys, type TemplateVersion } from "@reelay/contracts";
import { ObjectNotFoundError, type ObjectStore } from "@reelay/object-store";
import { builtInTemplates, hashTemplate } from "@reelay/templates";
import { inputError, retriableError } from "../../errors.ts";
import { readObject } from "../../store/index.ts";

interface Access {
  store: ObjectStore;
  /** Where templates of workspaces are kept. */
  folder: string;
}

/** Templates of workspaces that are kept on disk. */
const MAX_KEPT = 20;

const TIMEOUT_MS = 120_000;

/** The folder of a template, which stays until it is disposed. */
export interface OpenTemplate extends AsyncDisposable {
  path: string;
}

interface Kept {
  path: string;
  fetched: Promise<void>;
  users: number;
}

/** Opens templates: built-in ones where they are, others from the store, each fetched once by its hash. */
export class Templates {
  readonly #kept = new Map<string, Kept>();

  /**
   * Throws a retriable `RenderError` if this worker has other files of a built-in template: another one, of
   * the API's release, has them. Throws a final one for a template that is gone (`TEMPLATE_DELETED`) or was
   * altered (`TEMPLATE_DAMAGED`).
   */
  async open(template: TemplateVersion, access: Access): Promise<OpenTemplate> {
    if (template.stored === undefined)
      return { path: await openBuiltIn(template), [Symbol.asyncDispose]: async () => undefined };
    const { sha256 } = template;
    const kept = this.#kept.get(sha256) ?? this.#fetch(template, access);
    kept.users += 1;
    // The newest comes last.
    this.#kept.delete(sha256);
    this.#kept.set(sha256, kept);
    const release = async () => {
      kept.users -= 1;
      await this.#forgetOldest();
    };
    try {
      await kept.fetched;
    } catch (error) {
      this.#kept.delete(sha256);
      await release();
      throw error;
    }
    return { path: kept.path, [Symbol.asyncDispose]: release };
  }

  #fetch(template: TemplateVersion, access: Access): Kept {
    const path = join(access.folder, template.sha256);
    return { path, fetched: fetchTemplate(template, path, access), users: 0 };
  }

  async #forgetOldest(): Promise<void> {
    for (const [sha256, { users, path }] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT) return;
      if (users > 0) continue;
      this.#kept.delete(sha256);
      await rm(path, { recursive: true, force: true });
    }
  }
}

async function openBuiltIn({ name, version, sha256 }: TemplateVersion): Promise<string> {
  const folder = (await builtInTemplates()).get(name);
  if (folder !== undefined && (await hashTemplate(folder)) === sha256) return folder;
  const what = folder === undefined ? "does not have" : "has other files for";
  throw retriableError(
    "WORKER",
    "TEMPLATE_UNAVAILABLE",
    `This worker ${what} version ${version} of the template ${name}. Run workers of the same release as the API.`,
  );
}

async function fetchTemplate(
  { name, version, sha256, stored }: TemplateVersion,
  path: string,
  { store }: Access,
): Promise<void> {
  // Others may wait for it, too, when the one that began it has been stopped.
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  if (stored === undefined) throw new Error(`The template ${name} is not stored.`);
  const beside = `${path}.new`;
  await rm(beside, { recursive: true, force: true });
  for (const file of stored.files) {
    const key = objectKeys.templateFile(stored.templateId, file.path);
    // One byte more than it has, in case it has more.
    const bytes = await readObject(store, key, { signal, end: file.sizeBytes }).catch((error: unknown) => {
      throw error instanceof ObjectNotFoundError ? deleted(name, version) : error;
    });
    const to = join(beside, file.path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, bytes);
    await chmod(to, 0o644);
    // Whatever the umask: the painter is another user.
    await chmod(dirname(to), 0o755);
  }
  if ((await hashTemplate(beside)) !== sha256) {
    await rm(beside, { recursive: true, force: true });
    throw inputError(
      "TEMPLATE_DAMAGED",
      `The files of the template ${name}, version ${version}, were altered in the object store. Create a new version of it, and the video with that.`,
    );
  }
  await rm(path, { recursive: true, force: true });
  await chmod(beside, 0o755);
  await rename(beside, path);
}

const deleted = (name: string, version: number) =>
  inputError(
    "TEMPLATE_DELETED",
    `The template ${name}, version ${version}, has been deleted. Create it again, and the video with it.`,
  );
