import { type AnimationRenderer, AnimationSettings, MAX_SCRIPT_BYTES } from "@reelay/contracts";
import { InvalidInputError } from "../errors/index.ts";

/** Sizes of the wide picture and frame rates. The names are Manim's. */
const qualities = {
  LOW: { width: 854, height: 480, frameRate: 15 },
  MEDIUM: { width: 1280, height: 720, frameRate: 30 },
  HIGH: { width: 1920, height: 1080, frameRate: 60 },
  PRODUCTION: { width: 2560, height: 1440, frameRate: 60 },
  FOUR_K: { width: 3840, height: 2160, frameRate: 60 },
} as const;
export type ManimQuality = keyof typeof qualities;

type Picture = Pick<AnimationSettings, "width" | "height" | "frameRate">;

/** What becomes of the wide picture. */
const shapes = {
  WIDE: (wide: Picture): Picture => wide,
  TALL: ({ width, height, ...wide }: Picture): Picture => ({ ...wide, width: height, height: width }),
  SQUARE: ({ height, ...wide }: Picture): Picture => ({ ...wide, width: height, height }),
} as const;
export type AspectRatio = keyof typeof shapes;

/** A script as a client sends it. */
export interface ScriptInput {
  script: string;
  scene?: string | null;
  /** Default HIGH. */
  quality?: ManimQuality | null;
  /** Default WIDE. */
  aspectRatio?: AspectRatio | null;
  /** Default CAIRO. */
  renderer?: AnimationRenderer | null;
  /** Default 0. */
  seed?: number | null;
  /** Ids of materials, as clients have them. */
  materials?: readonly string[] | null;
}

const FIELD = "source.manim";
export const materialsField = `${FIELD}.materials`;

/**
 * How the script is to be drawn. Throws `InvalidInputError` (`SCRIPT_EMPTY`, `SCRIPT_TOO_LARGE`,
 * `SCRIPT_INVALID`, `SCENE_INVALID`, `SEED_INVALID`). Pure.
 */
export function checkScript({ script, scene, quality, aspectRatio, renderer, seed }: ScriptInput): {
  sizeBytes: number;
  settings: AnimationSettings;
} {
  const sizeBytes = checkText(script);
  return {
    sizeBytes,
    settings: {
      version: 1,
      scene: checkScene(scene ?? null),
      ...shapes[aspectRatio ?? "WIDE"](qualities[quality ?? "HIGH"]),
      renderer: renderer ?? "CAIRO",
      seed: checkSeed(seed ?? 0),
    },
  };
}

function checkText(script: string): number {
  const field = `${FIELD}.script`;
  const sizeBytes = Buffer.byteLength(script);
  if (sizeBytes > MAX_SCRIPT_BYTES) {
    throw new InvalidInputError(
      "SCRIPT_TOO_LARGE",
      field,
      `${field}: takes ${sizeBytes} bytes of UTF-8; the limit is ${MAX_SCRIPT_BYTES}. Divide it into several scripts.`,
    );
  }
  if (script.trim() === "") {
    throw new InvalidInputError(
      "SCRIPT_EMPTY",
      field,
      `${field}: is empty. Pass the text of a Python file with a class that extends Scene.`,
    );
  }
  if (script.includes("\0") || !script.isWellFormed()) {
    throw new InvalidInputError(
      "SCRIPT_INVALID",
      field,
      `${field}: contains a NUL character or half of a surrogate pair, which no Python file may contain. Remove it.`,
    );
  }
  return sizeBytes;
}

function checkScene(scene: string | null): string | null {
  if (AnimationSettings.shape.scene.safeParse(scene).success) return scene;
  const field = `${FIELD}.scene`;
  const came = JSON.stringify(scene?.slice(0, 100).toWellFormed());
  throw new InvalidInputError(
    "SCENE_INVALID",
    field,
    `${field}: ${came} is not the name of a Python class. Pass a name such as "CreateCircle", of at most 200 letters, digits and underscores, or omit it if the script has a single scene.`,
  );
}

function checkSeed(seed: number): number {
  if (AnimationSettings.shape.seed.safeParse(seed).success) return seed;
  const field = `${FIELD}.seed`;
  throw new InvalidInputError(
    "SEED_INVALID",
    field,
    `${field}: is ${seed}; use a whole number from 0 to 2147483647, or omit it.`,
  );
}
