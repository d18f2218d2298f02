/** What draws animations, and videos from data, on this machine. */
import { findPainter, findTemplatePainter } from "@reelay/render-worker";
import type { Finding } from "./finding.ts";

const WHAT = "Manim";

export async function checkPainter(): Promise<Finding> {
  try {
    const { version, texReason, program } = await findPainter({
      manimPython: process.env["MANIM_PYTHON"] || undefined,
      path: process.env["PATH"] ?? "",
    });
    const formulas = texReason === null ? "formulas by TeX and Typst" : "formulas by Typst only";
    return { what: WHAT, state: "ok", detail: `${version}, ${formulas} (${program.path})` };
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
