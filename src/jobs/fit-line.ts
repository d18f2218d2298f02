interface Point {
  x: number;
  y: number;
}

/**
 * What `y` is likely to be at an `x`, by what it was at others: the line of least squares, or, where that makes no sense (fewer than three points,
 * all at one place, something for nothing, less for more), in proportion to `x`. Null without a point to go by. Pure.
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
