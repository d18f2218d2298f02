/** The fields of a template that a column of a table can hold. Pure. */
import type { TemplateManifest } from "@reelay/templates";

export type FieldType = "string" | "integer" | "number" | "boolean";

/** A field that a column can hold. */
export interface TemplateField {
  /** `title`, `questions.question`, `questions.options.2`; `video.title` and others for the video itself. */
  name: string;
  type: FieldType;
  /** Whether every row needs a value. */
  isRequired: boolean;
  description: string | null;
  /** Values that are allowed; null: any. */
  allowed: readonly string[] | null;
  /** Kind of the material whose file name it holds; null: none. */
  material: string | null;
  /** The list whose entry it names by a letter, a number or a text: the index of an option. */
  choiceOf: string | null;
}

/** The template's list of objects: one of them per line of the table. */
export interface ItemList {
  /** Field of the data. */
  name: string;
  maxItems: number;
}

export interface TemplateFields {
  fields: readonly TemplateField[];
  /** Null: a line is the whole data. */
  items: ItemList | null;
}

type Schema = Readonly<Record<string, unknown>>;
const MAX_ENTRIES = 10;
const types: ReadonlySet<unknown> = new Set(["string", "integer", "number", "boolean"]);

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const propertiesOf = (schema: Schema): [string, Schema][] =>
  Object.entries(isSchema(schema["properties"]) ? schema["properties"] : {}).filter(
    (entry): entry is [string, Schema] => isSchema(entry[1]) && !entry[0].includes("."),
  );
const requiredOf = (schema: Schema): ReadonlySet<unknown> =>
  new Set(Array.isArray(schema["required"]) ? (schema["required"] as unknown[]) : []);
const numberOf = (value: unknown, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;
const itemsOf = (schema: Schema): Schema | null => {
  const items = schema["type"] === "array" ? schema["items"] : null;
  return isSchema(items) ? items : null;
};

/** Fields of the video itself, in tables of every template. */
const videoFields: readonly TemplateField[] = [
  videoField("video.title", "string", "Title of the video"),
  videoField("video.externalId", "string", "Your own id of the video, unique in the workspace"),
  videoField("video.voice", "string", "Name of the voice; NONE for silence"),
  videoField("video.rate", "number", "Speed of the voice, 0.5 to 2"),
  { ...videoField("video.music", "string", "File name of the music, a material"), material: "AUDIO" },
];

const clipField: TemplateField = videoField(
  "video.background",
  "string",
  "Clip behind the pictures: file name of a material, an address, or the id of a video",
);

function videoField(name: string, type: FieldType, description: string): TemplateField {
  const none = { isRequired: false, allowed: null, material: null, choiceOf: null };
  return { name, type, description, ...none };
}

/** What the data of a template consists of, as columns. */
export function fieldsOf({
  data,
  background,
}: Pick<TemplateManifest, "data" | "background">): TemplateFields {
  const found = propertiesOf(data).find(([, schema]) => isSchema(itemsOf(schema)?.["properties"]));
  const fields = propertiesOf(data).flatMap(([name, schema]) => {
    const required = requiredOf(data).has(name);
    if (name !== found?.[0]) return scalarFields(name, schema, required);
    const item = itemsOf(schema) ?? {};
    return propertiesOf(item).flatMap(([inner, its]) =>
      scalarFields(`${name}.${inner}`, its, requiredOf(item).has(inner), propertiesOf(item)),
    );
  });
  return {
    fields: [...fields, ...videoFields, ...(background ? [clipField] : [])],
    items: found ? { name: found[0], maxItems: numberOf(found[1]["maxItems"], MAX_ENTRIES ** 3) } : null,
  };
}

function scalarFields(
  name: string,
  schema: Schema,
  isRequired: boolean,
  siblings: readonly [string, Schema][] = [],
): TemplateField[] {
  const entry = itemsOf(schema);
  if (entry !== null) {
    const most = Math.min(numberOf(schema["maxItems"], MAX_ENTRIES), MAX_ENTRIES);
    const least = isRequired ? numberOf(schema["minItems"], 0) : 0;
    return Array.from({ length: most }, (_, at) => at + 1).flatMap((number) =>
      scalarFields(`${name}.${number}`, entry, number <= least),
    );
  }
  if (!types.has(schema["type"])) return [];
  const allowed: unknown = schema["enum"];
  const { description } = schema;
  return [
    {
      ...{ name, type: schema["type"] as FieldType, isRequired },
      description: typeof description === "string" ? description : null,
      allowed: Array.isArray(allowed) ? allowed.map(String) : null,
      material: typeof schema["x-material"] === "string" ? schema["x-material"] : null,
      choiceOf: schema["type"] === "integer" ? choiceOf(name, siblings) : null,
    },
  ];
}

/** `answerIndex` beside a list of texts names one of them. */
function choiceOf(name: string, siblings: readonly [string, Schema][]): string | null {
  const lists = siblings.filter(([, schema]) => itemsOf(schema)?.["type"] === "string");
  const [only, ...others] = lists;
  if (!name.endsWith("Index") || only === undefined || others.length > 0) return null;
  return `${name.slice(0, name.lastIndexOf(".") + 1)}${only[0]}`;
}
