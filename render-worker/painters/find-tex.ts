import { access } from "node:fs/promises";
import { findProgram } from "../jail/index.ts";
import type { Access } from "../programs/index.ts";

/** Debian's packages of what Manim's formulas need. */
export const TEX_PACKAGES = "texlive-latex-base texlive-latex-extra dvisvgm";

/** A formula needs one of the compilers, and the converter to outlines. */
const COMPILER = "latex";
const CONVERTER = "dvisvgm";
/** For scripts that name another compiler. */
const otherCompilers = ["pdflatex", "xelatex", "lualatex"];

/** Packages, fonts, formats and settings where Debian and Ubuntu install them. Ghostscript serves dvisvgm. */
const trees = [
  ...["/usr/share/texlive", "/usr/share/texmf", "/usr/share/texmf-dist", "/usr/local/share/texmf"],
  ...["/var/lib/texmf", "/etc/texmf", "/usr/share/ghostscript", "/usr/share/color/icc/ghostscript"],
];

/** The TeX of this machine, which a program must read to use it; null if there is none. */
export async function findTex(path: string): Promise<Required<Pick<Access, "readable">> | null> {
  const programs = await Promise.all(
    [COMPILER, CONVERTER, ...otherCompilers].map((name) => findProgram(name, path)),
  );
  const [compiler, converter] = programs;
  if (!compiler || !converter) return null;
  const found = await Promise.all(
    trees.map((tree) =>
      access(tree).then(
        () => [tree],
        () => [],
      ),
    ),
  );
  return { readable: [...programs.filter((program) => program !== null), ...found.flat()] };
}
