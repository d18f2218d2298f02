/** A refusal beside its field needs no path of the field. Pure. */
export function withoutPath(problem: string): string {
  const sentence = problem.replace(/^source\.manim\.\w+: /, "");
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
