/**
 * What an event's data say, in one line: `720p, number 2, ENCODER_FAILED`. What is long or nested is left
 * out. Pure.
 */
export function describeEvent(data: unknown, variantName: string | null): string {
  const fields = typeof data === "object" && data !== null ? Object.entries(data) : [];
  const words = fields.flatMap(([name, value]: [string, unknown]) => {
    if (value === null || value === variantName || /Id$|^id$/.test(name)) return [];
    if (typeof value === "string") return value.length <= 120 ? [value] : [`${value.slice(0, 119)}…`];
    if (typeof value === "number") return [`${name} ${Number(value.toFixed(3))}`];
    return typeof value === "boolean" ? [`${name} ${value}`] : [];
  });
  return [...(variantName === null ? [] : [variantName]), ...words].join(", ");
}
