import { builtInTemplates, hashTemplate, loadTemplate, type TemplateManifest } from "@reelay/templates";
import { InvalidInputError } from "../errors/index.ts";

/** A template that sources can name. */
export interface KnownTemplate {
  manifest: TemplateManifest;
  /** Of its files, hexadecimal. */
  sha256: string;
}

let loading: Promise<readonly KnownTemplate[]> | undefined;

/** The templates that come with the project, by name. They are read once: their files never change. */
export const listTemplates = (): Promise<readonly KnownTemplate[]> => (loading ??= readBuiltIn());

const readBuiltIn = async (): Promise<KnownTemplate[]> =>
  await Promise.all(
    [...(await builtInTemplates())]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(async ([, folder]) => {
        const [{ manifest }, sha256] = await Promise.all([loadTemplate(folder), hashTemplate(folder)]);
        return { manifest, sha256 };
      }),
  );

/** Throws `InvalidInputError` (`TEMPLATE_NOT_FOUND`) that lists the templates. */
export async function findTemplate(
  name: string,
  version: number | null,
  field: string,
): Promise<KnownTemplate> {
  const templates = await listTemplates();
  const found = templates.find(
    ({ manifest }) => manifest.name === name && (version === null || manifest.version === version),
  );
  if (found) return found;
  const known = templates.map(({ manifest }) => `${manifest.name} (version ${manifest.version})`).join(", ");
  const wanted = `${JSON.stringify(name.slice(0, 100).toWellFormed())}${version === null ? "" : `, version ${version}`}`;
  throw new InvalidInputError(
    "TEMPLATE_NOT_FOUND",
    field,
    `${field}: there is no template ${wanted}. Use one of these: ${known}.`,
  );
}

/** Whether the data of a template can be made of a question set: it has a list of questions. Pure. */
export function showsQuestions({ data }: Pick<TemplateManifest, "data">): boolean {
  const { questions } = (data["properties"] ?? {}) as { questions?: unknown };
  return (
    typeof questions === "object" && questions !== null && "type" in questions && questions.type === "array"
  );
}
