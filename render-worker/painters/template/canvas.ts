import { messageOf, TemplateError, tooCostly } from "@reelay/templates";
import { type MeasuredNode, Renderer, type RenderOptions } from "@takumi-rs/core";
import type { Node } from "@takumi-rs/helpers";
import { Fonts } from "./fonts.ts";
import type { Images } from "./images.ts";

/** Of one picture with full HD. Pictures of usual templates take 20 ms. */
const MAX_CPU_MS = 1_500;
const FULL_HD = 1920 * 1080;
const CHECK_EVERY_MS = 100;

interface Size {
  width: number;
  height: number;
}

export interface CanvasOptions {
  /** In pixels of CSS. */
  size: Size;
  /** Pixels of a frame per pixel of CSS. */
  scale: number;
  language: string;
  images: Images;
  onTooCostly: (error: TemplateError) => never;
}

/** Draws and measures nodes. Throws a `TemplateError` for what cannot be drawn in the time of a picture. */
export class Canvas {
  readonly #renderer = new Renderer({ cacheMaxBytes: 128 * 1024 ** 2 });
  /** In pixels of CSS. */
  readonly size: Size;
  /** Pixels of a frame per pixel of CSS. */
  readonly scale: number;
  readonly fonts: Fonts;
  readonly images: Images;
  readonly #language: string;
  readonly #onTooCostly: (error: TemplateError) => never;

  /** @param options.onTooCostly ends the program: a picture that has begun cannot be stopped */
  constructor(options: CanvasOptions) {
    this.size = options.size;
    this.scale = options.scale;
    this.images = options.images;
    this.#language = options.language;
    this.#onTooCostly = options.onTooCostly;
    this.fonts = new Fonts(this.#renderer, options.language);
  }

  /** RGBA, straight alpha. */
  async draw(
    node: Node,
    css: readonly string[],
    at: Size & { timeMs: number; file: string },
  ): Promise<Buffer> {
    const { width, height, timeMs, file } = at;
    const options = { ...this.#shared(), width, height, timeMs, css: [...css], devicePixelRatio: this.scale };
    return await this.#limited(file, width * height, () =>
      this.#renderer.render(node, { ...options, format: "raw" }),
    );
  }

  /** In pixels of CSS. */
  async measure(
    node: Node,
    css: readonly string[],
    at: { timeMs: number; file: string },
  ): Promise<MeasuredNode> {
    const options = { ...this.#shared(), ...this.size, timeMs: at.timeMs, css: [...css] };
    return await this.#limited(at.file, FULL_HD, () => this.#renderer.measure(node, options));
  }

  #shared(): Pick<RenderOptions, "fontFamilies" | "lang" | "images"> {
    return { fontFamilies: this.fonts.names, lang: this.#language, images: this.images.all };
  }

  async #limited<T>(file: string, pixels: number, work: () => Promise<T>): Promise<T> {
    // Looked at late: it takes as long as a small picture.
    let before: NodeJS.CpuUsage | undefined;
    const limitMs = MAX_CPU_MS * Math.max(1, pixels / FULL_HD);
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage((before ??= process.cpuUsage()));
      if ((user + system) / 1000 > limitMs)
        this.#onTooCostly(
          tooCostly(
            file,
            `one picture takes more than ${Math.round(limitMs)} ms of CPU time. Use fewer elements, and smaller blurs and shadows.`,
          ),
        );
    }, CHECK_EVERY_MS);
    try {
      return await work();
    } catch (error) {
      throw new TemplateError({
        code: "TEMPLATE_INVALID",
        path: file,
        message: `${file}: cannot be drawn: ${messageOf(error)}`,
      });
    } finally {
      clearInterval(timer);
    }
  }
}
