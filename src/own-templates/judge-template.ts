import {
  assertPlainSchema,
  checkData,
  filesIn,
  hashFiles,
  readTemplate,
  TemplateError,
  type TemplateManifest,
} from "@reelay/templates";
import { listBuiltIn } from "../templates/index.ts";
import { refuse } from "./refuse.ts";

/** Of a picture, in pixels of its shorter side, and of frames per second: as those of videos. */
const least = { side: 144, frameRate: 10 };
const MOST_SIDE = 2160;

/**
 * The manifest of a new template and the hash of its files. Nothing of the template is run here: a worker
 * draws its example. Throws `InvalidInputError` (`TEMPLATE_INVALID`, `TEMPLATE_NAME_TAKEN`).
 */
export async function judgeTemplate(
  contents: ReadonlyMap<string, Buffer>,
  field: string,
): Promise<{ manifest: TemplateManifest; sha256: string }> {
  const manifest = await readManifest(contents, field);
  const builtIn = await listBuiltIn();
  if (builtIn.some((one) => one.manifest.name === manifest.name))
    throw refuse(
      "TEMPLATE_NAME_TAKEN",
      field,
      `template.json: ${JSON.stringify(manifest.name)} is the name of a built-in template. Use another name.`,
    );
  const shorter = Math.min(...manifest.size);
  if (shorter < least.side || shorter > MOST_SIDE || manifest.frameRate < least.frameRate)
    throw refuse(
      "TEMPLATE_INVALID",
      field,
      `template.json: the size is ${manifest.size.join(" × ")} at ${manifest.frameRate} frames per second. Use ${least.side} to ${MOST_SIDE} pixels for the shorter side, and at least ${least.frameRate} frames per second.`,
    );
  return { manifest, sha256: hashFiles(contents) };
}

async function readManifest(contents: ReadonlyMap<string, Buffer>, field: string): Promise<TemplateManifest> {
  try {
    const { manifest } = await readTemplate(filesIn(contents));
    assertPlainSchema(manifest);
    const example = checkData(manifest, manifest.example);
    if (!example.ok)
      throw refuse("TEMPLATE_INVALID", field, `template.json: "example" ${example.issues[0].message}`);
    return manifest;
  } catch (error) {
    throw error instanceof TemplateError ? refuse("TEMPLATE_INVALID", field, error.message) : error;
  }
}
