/** What draws animations, and videos from data, on this machine. */
import { createJail, findPainter, findTemplatePainter, jailsFrom } from "@reelay/render-worker";
import type { Finding } from "./finding.ts";
import { jailOptions } from "./jail.ts";

const WHAT = "Manim";

export async function checkPainter(dataDirectory: string): Promise<Finding> {
  const options = jailOptions(dataDirectory);
  try {
    const jail = await createJail(options);
    const painter = await findPainter(
      { manimPython: process.env["MANIM_PYTHON"] || undefined, path: options.path },
      jailsFrom(jail, options),
    );
    const { version, texReason, program } = painter;
    const { level } = painter.jail;
    if (level === "NONE")
      return {
        ...{ what: WHAT, state: "limited" },
        detail: `${version}, but scripts are refused: their jail is NONE`,
        remedy: "see the line about the jail",
      };
    const formulas = texReason === null ? "formulas by TeX and Typst" : "formulas by Typst only";
    return { what: WHAT, state: "ok", detail: `${version}, ${formulas}, jail ${level} (${program.path})` };
  } catch (error) {
    const remedy = "only for animations: npm run painters";
    return { what: WHAT, state: "limited", detail: (error as Error).message, remedy };
  }
}

export async function checkTemplatePainter(): Promise<Finding> {
  const what = "Templates";
  try {
    const { version } = await findTemplatePainter();
    return { what, state: "ok", detail: `drawn by Takumi ${version}` };
  } catch (error) {
    return { what, state: "limited", detail: (error as Error).message, remedy: "npm install" };
  }
}
