const common: readonly [width: number, height: number][] = [
  [16, 9],
  [9, 16],
  [4, 3],
  [4, 5],
];

/** `16:9`, or `Square`; sizes of no common shape in pixels. Pure. */
export function describeShape({ width, height }: { width: number; height: number }): string {
  if (width === height) return "Square";
  const shape = common.find(([x, y]) => width * y === height * x);
  return shape ? shape.join(":") : `${width} × ${height}`;
}
