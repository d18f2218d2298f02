import type { TemplateVersion } from "@reelay/contracts";
import { builtInTemplates, hashTemplate } from "@reelay/templates";
import { retriableError } from "../../errors.ts";

/**
 * The folder of a template. Throws a retriable `RenderError` if this worker has other files: another one, of
 * the API's release, has them.
 */
export async function openTemplate({ name, version, sha256 }: TemplateVersion): Promise<string> {
  const folder = (await builtInTemplates()).get(name);
  if (folder !== undefined && (await hashTemplate(folder)) === sha256) return folder;
  const what = folder === undefined ? "does not have" : "has other files for";
  throw retriableError(
    "WORKER",
    "TEMPLATE_UNAVAILABLE",
    `This worker ${what} version ${version} of the template ${name}. Run workers of the same release as the API.`,
  );
}
