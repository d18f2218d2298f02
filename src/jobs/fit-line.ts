interface Point {
  x: number;
  y: number;
}

/**
 * Predicts `y` at an `x` by the line of least squares, or in proportion to `x` if such a line makes no sense
 * (fewer than three points, all at one place, a positive start at 0, or a negative slope). Null without
 * points. Pure.
 */
export function fitLine(points: readonly Point[]): ((x: number) => number) | null {
  const sum = (of: (point: Point) => number): number => points.reduce((total, point) => total + of(point), 0);
  const [sumX, sumY] = [sum(({ x }) => x), sum(({ y }) => y)];
  if (points.length === 0 || sumX <= 0) return null;
  const [meanX, meanY] = [sumX / points.length, sumY / points.length];
  const spread = sum(({ x }) => (x - meanX) ** 2);
  const slope = sum(({ x, y }) => (x - meanX) * (y - meanY)) / spread;
  const start = meanY - slope * meanX;
  const isLine = points.length >= 3 && spread > 0 && slope > 0 && start >= 0;
  return isLine ? (x) => start + slope * x : (x) => (sumY / sumX) * x;
}
