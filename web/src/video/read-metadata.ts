/** What a person wrote as metadata. */
type ReadMetadata = { isOk: true; value: object } | { isOk: false; problem: string };

/** Pure. Nothing at all is the empty object. */
export function readMetadata(text: string): ReadMetadata {
  if (text.trim() === "") return { isOk: true, value: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { isOk: true, value };
    return { isOk: false, problem: 'Metadata is one JSON object, such as { "category": "trailer" }.' };
  } catch (error) {
    return {
      isOk: false,
      problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
