import type { RenditionPart } from "@reelay/contracts";
import type { RenderSpan } from "../timeline/index.ts";
import type { RenditionSink, StoredRendition } from "./rendition-sink.ts";

/** Says what is stored; no playlist is written, since only the API knows of all the parts. */
export class PartSink implements RenditionSink {
  readonly #rendition: string;
  readonly #span: RenderSpan;
  readonly #onPart: (part: RenditionPart) => void;

  constructor(rendition: string, span: RenderSpan, onPart: (part: RenditionPart) => void) {
    this.#rendition = rendition;
    this.#span = span;
    this.#onPart = onPart;
  }

  async publish({ init, segments, isComplete }: StoredRendition): Promise<void> {
    this.#onPart({
      rendition: this.#rendition,
      ...this.#span,
      initKey: init?.key ?? "",
      initSha256: init?.sha256 ?? "",
      codecs: init?.codecs ?? "",
      segments: segments.map(({ key, durationMs, sizeBytes }) => ({ key, durationMs, sizeBytes })),
      isComplete,
    });
  }
}
