import type { AnimationSettings, CompositionSettings } from "@reelay/contracts";
import type { SourceKind } from "../../prisma/generated/enums.ts";
import type { OperationDeps } from "../context/index.ts";
import { assertVoice } from "./assert-voice.ts";
import type { ScriptInput } from "./check-script.ts";
import { planScript } from "./plan-script.ts";
import { planTemplate, type TemplateInput } from "./plan-template.ts";

/** The text of a source that a painter draws, and how it is drawn. */
export interface DrawnText {
  kind: SourceKind;
  filename: string;
  contentType: string;
  /** The script, or the data as JSON. */
  content: string;
  params: AnimationSettings | CompositionSettings;
}

/**
 * The text of a script, or of data with the template's defaults; null for other sources. Throws what
 * `planScript`, `planTemplate` and `assertVoice` throw.
 */
export async function planDrawn(
  deps: Pick<OperationDeps, "db" | "clock" | "limits">,
  workspaceId: string,
  { manim, template }: { manim?: ScriptInput | null; template?: TemplateInput | null },
): Promise<DrawnText | null> {
  if (manim) {
    const { settings } = await planScript(deps.db, workspaceId, manim);
    const file = { filename: "scene.py", contentType: "text/x-python" };
    return { kind: "MANIM", ...file, content: manim.script, params: settings };
  }
  if (!template) return null;
  const { data, settings } = await planTemplate(deps, workspaceId, template);
  await assertVoice(deps, settings);
  const file = { filename: "data.json", contentType: "application/json" };
  return { kind: "TEMPLATE", ...file, content: data, params: settings };
}
