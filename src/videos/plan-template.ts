import {
  type BackgroundClip,
  CompositionSettings,
  MAX_DATA_BYTES,
  type NarrationVoice,
  type SourceMaterial,
} from "@reelay/contracts";
import { checkData, languageOf, type TemplateManifest } from "@reelay/templates";
import type { Db } from "../database/index.ts";
import { InvalidDataError, InvalidInputError, NotFoundError } from "../errors/index.ts";
import { keyOf } from "../inputs/index.ts";
import { chooseMaterials } from "../materials/index.ts";
import { type QuizData, readQuizData } from "../questions/index.ts";
import { findTemplate, type KnownTemplate, showsQuestions, versionOf } from "../templates/index.ts";
import { isDeeperThan } from "./check-input.ts";
import { type BackgroundInput, type ClipDeps, chooseBackground } from "./choose-background.ts";

/** Data for a template as a client sends it. */
export interface TemplateInput {
  template: string;
  /** Default: the newest. */
  version?: number | null;
  /** Exactly one of `data` and `questionSet`. */
  data?: unknown;
  /** Id of a question set, whose accepted questions become the data. */
  questionSet?: string | null;
  /** Shorter side of the picture in pixels. Default: the template's. */
  height?: number | null;
  /** Frames per second. Default: the template's. */
  frameRate?: number | null;
  voice?: VoiceInput | null;
  /** Id of a material. */
  music?: string | null;
  background?: BackgroundInput | null;
  /** Ids of materials. */
  materials?: readonly string[] | null;
}

export interface VoiceInput {
  /** `NONE`: silence. Default: the first voice of the language. */
  name?: string | null;
  /** Default 1. */
  rate?: number | null;
}

const FIELD = "source.template";
const dataField = `${FIELD}.data`;
const questionSetField = `${FIELD}.questionSet`;
const musicField = `${FIELD}.music`;
const backgroundField = `${FIELD}.background`;
export const templateMaterialsField = `${FIELD}.materials`;

const MAX_DATA_DEPTH = 32;
/** Issues of one request. */
const MAX_ISSUES = 100;

/**
 * How data is to be drawn, with the materials of its workspace, and the data with the template's defaults as
 * JSON. Throws `InvalidInputError` (`TEMPLATE_NOT_FOUND`, `PICTURE_INVALID`, `SOURCE_INVALID`,
 * `DATA_TOO_LARGE`, `DATA_TOO_DEEP`, `QUESTION_SET_NOT_FOUND`, `QUESTION_SET_UNSUITABLE`, `VOICE_INVALID`,
 * `MUSIC_INVALID`, `BACKGROUND_UNSUPPORTED`, and those of `chooseBackground` and
 * `chooseMaterials`), `InvalidDataError` and `ConflictError` (`TEMPLATE_NOT_READY`, `MATERIAL_NOT_READY`,
 * `QUESTION_SET_NOT_READY`, `QUESTION_SET_EMPTY`).
 */
export async function planTemplate(
  deps: ClipDeps,
  workspaceId: string,
  input: TemplateInput,
): Promise<{ data: string; settings: CompositionSettings }> {
  const template = await findTemplate(deps.db, workspaceId, {
    ...{ name: input.template, version: input.version ?? null },
    field: `${FIELD}.${input.version == null ? "template" : "version"}`,
  });
  return await planWith(deps, workspaceId, { template, input });
}

/** The same for a template that is known, whatever its status. */
export async function planWith(
  deps: ClipDeps,
  workspaceId: string,
  { template, input }: { template: KnownTemplate; input: Omit<TemplateInput, "template" | "version"> },
): Promise<{ data: string; settings: CompositionSettings }> {
  const { db } = deps;
  const { manifest } = template;
  const picture = planPicture(manifest, input);
  const { data, questionSetId } = await readData(db, workspaceId, { manifest, input });
  const checked = checkTemplateData(manifest, data);
  const voice = checkVoice(input.voice ?? {});
  const materials = await chooseMaterials(db, workspaceId, {
    ids: input.materials ?? [],
    field: templateMaterialsField,
  });
  const music = await chooseMusic(db, workspaceId, input.music ?? null);
  const background = await planBackground(deps, workspaceId, {
    manifest,
    background: input.background ?? null,
  });
  const settings: CompositionSettings = {
    version: 1,
    template: versionOf(template),
    ...{ ...picture, language: languageOf(checked), voice },
    ...(materials.length > 0 && { materials }),
    ...(music && { music }),
    ...(background && { background }),
    ...(questionSetId !== undefined && { questionSetId }),
  };
  return { data: JSON.stringify(checked), settings };
}

interface GivenData {
  data: unknown;
  /** If it is of a question set. */
  questionSetId?: string;
}

/** The data itself, or that of the question set. */
async function readData(
  db: Db,
  workspaceId: string,
  { manifest, input }: { manifest: TemplateManifest; input: Pick<TemplateInput, "data" | "questionSet"> },
): Promise<GivenData> {
  const { data, questionSet } = input;
  if ((data == null) === (questionSet == null))
    throw new InvalidInputError(
      "SOURCE_INVALID",
      FIELD,
      `${FIELD}: has ${data == null ? "neither data nor" : "both data and"} questionSet. Pass exactly one of them.`,
    );
  if (questionSet == null) return { data };
  const questionSetId = keyOf("QuestionSet", questionSet);
  if (questionSetId === null) throw questionSetNotFound(questionSet);
  if (!showsQuestions(manifest)) throw questionSetUnsuitable(manifest);
  return { data: await readQuiz(db, workspaceId, { questionSetId, questionSet }), questionSetId };
}

const readQuiz = (
  db: Db,
  workspaceId: string,
  { questionSetId, questionSet }: { questionSetId: string; questionSet: string },
): Promise<QuizData> =>
  readQuizData(db, { workspaceId }, { questionSetId }).catch((error: unknown) => {
    throw error instanceof NotFoundError ? questionSetNotFound(questionSet) : error;
  });

/**
 * Data with the template's defaults. Throws `InvalidInputError` (`DATA_TOO_LARGE`, `DATA_TOO_DEEP`) and
 * `InvalidDataError`. Pure.
 */
function checkTemplateData(manifest: TemplateManifest, data: unknown): Record<string, unknown> {
  assertSize(data);
  const checked = checkData(manifest, data);
  if (checked.ok) return checked.data;
  const issues = checked.issues.slice(0, MAX_ISSUES);
  throw new InvalidDataError(
    manifest.name,
    issues.map(({ path, code, message }) => ({ path: path ?? "", code, message })),
  );
}

const questionSetNotFound = (id: string): InvalidInputError =>
  new InvalidInputError(
    "QUESTION_SET_NOT_FOUND",
    questionSetField,
    `${questionSetField}: there is no question set ${JSON.stringify(id.slice(0, 100).toWellFormed())} in this workspace. Use an id that \`questionSets\` lists.`,
  );

const questionSetUnsuitable = ({ name }: TemplateManifest): InvalidInputError =>
  new InvalidInputError(
    "QUESTION_SET_UNSUITABLE",
    questionSetField,
    `${questionSetField}: the template ${name} shows no questions. Use one whose \`showsQuestions\` is true, such as quiz-classic, or pass \`data\`.`,
  );

const heights = { least: 144, most: 2160 };
const frameRates = { least: 10, most: 60 };

/** The template's picture in another size, with the same shape: even numbers of pixels, as encoders need. */
function planPicture(
  { size, frameRate }: Pick<TemplateManifest, "size" | "frameRate">,
  input: Pick<TemplateInput, "height" | "frameRate">,
): Pick<CompositionSettings, "width" | "height" | "frameRate"> {
  const shorter = Math.min(...size);
  const wanted = inRange(`${FIELD}.height`, input.height ?? shorter, heights);
  const [width = 0, height = 0] = size.map((side) => 2 * Math.round((side * wanted) / shorter / 2));
  return {
    ...{ width, height },
    frameRate: inRange(`${FIELD}.frameRate`, input.frameRate ?? frameRate, frameRates),
  };
}

function inRange(field: string, value: number, { least, most }: { least: number; most: number }): number {
  if (value >= least && value <= most) return value;
  throw new InvalidInputError(
    "PICTURE_INVALID",
    field,
    `${field}: is ${value}; use ${least} to ${most}, or omit it for the template's own.`,
  );
}

/** Before the data is looked at: a deep value breaks readers that recurse. */
function assertSize(data: unknown): void {
  if (isDeeperThan(data, MAX_DATA_DEPTH)) {
    throw new InvalidInputError(
      "DATA_TOO_DEEP",
      dataField,
      `${dataField}: nests deeper than ${MAX_DATA_DEPTH} levels. Templates need a few.`,
    );
  }
  const sizeBytes = Buffer.byteLength(JSON.stringify(data) ?? "");
  if (sizeBytes <= MAX_DATA_BYTES) return;
  throw new InvalidInputError(
    "DATA_TOO_LARGE",
    dataField,
    `${dataField}: takes ${sizeBytes} bytes as JSON; the limit is ${MAX_DATA_BYTES}. Divide it into several videos, and send pictures and sounds as materials.`,
  );
}

const SILENT = "NONE";

function checkVoice({ name, rate }: VoiceInput): NarrationVoice | null {
  if (name === SILENT) return null;
  const voice = { name: name ?? null, rate: rate ?? 1 };
  const checked = CompositionSettings.shape.voice.safeParse(voice);
  if (checked.success) return checked.data;
  const field = `${FIELD}.voice`;
  throw new InvalidInputError(
    "VOICE_INVALID",
    field,
    `${field}: has the name ${JSON.stringify(name?.slice(0, 100).toWellFormed() ?? null)} and the rate ${voice.rate}. Use the name of a voice such as "slt", or "${SILENT}" for none, and a rate from 0.5 to 2.`,
  );
}

async function planBackground(
  deps: ClipDeps,
  workspaceId: string,
  { manifest, background }: { manifest: TemplateManifest; background: BackgroundInput | null },
): Promise<BackgroundClip | undefined> {
  if (background === null) return undefined;
  if (manifest.background === "VIDEO")
    return await chooseBackground(deps, workspaceId, { background, field: backgroundField });
  throw new InvalidInputError(
    "BACKGROUND_UNSUPPORTED",
    backgroundField,
    `${backgroundField}: the template ${manifest.name} shows no clip behind its pictures. Use one whose \`acceptsBackground\` is true, such as quiz-classic, or omit it.`,
  );
}

async function chooseMusic(
  db: Db,
  workspaceId: string,
  id: string | null,
): Promise<SourceMaterial | undefined> {
  if (id === null) return undefined;
  const [music] = await chooseMaterials(db, workspaceId, { ids: [id], field: musicField });
  if (music === undefined || music.kind === "AUDIO") return music;
  throw new InvalidInputError(
    "MUSIC_INVALID",
    musicField,
    `${musicField}: ${JSON.stringify(music.filename)} is of the kind ${music.kind}, and music is AUDIO. Use the id of a material of that kind.`,
  );
}
