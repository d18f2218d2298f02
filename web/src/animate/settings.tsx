import { useEffect, useRef } from "react";
import type { AnimationRenderer, AspectRatio, ManimQuality } from "../api/index.ts";
import { UploadMaterials } from "../materials/index.ts";
import { Select, TextField } from "../ui/index.ts";
import type { Draft } from "./draft.ts";

const qualities: { value: ManimQuality; text: string }[] = [
  { value: "LOW", text: "480p, 15 fps" },
  { value: "MEDIUM", text: "720p, 30 fps" },
  { value: "HIGH", text: "1080p, 60 fps" },
  { value: "PRODUCTION", text: "1440p, 60 fps" },
  { value: "FOUR_K", text: "2160p, 60 fps" },
];
const shapes: { value: AspectRatio; text: string }[] = [
  { value: "WIDE", text: "16:9" },
  { value: "TALL", text: "9:16" },
  { value: "SQUARE", text: "1:1" },
];
const renderers: { value: AnimationRenderer; text: string }[] = [
  { value: "CAIRO", text: "Cairo, flat" },
  { value: "OPENGL", text: "OpenGL, 3-D" },
];
const MAX_SEED = 2 ** 31 - 1;

const textOf = <Value,>(options: readonly { value: Value; text: string }[], value: Value): string =>
  options.find((option) => option.value === value)?.text ?? "";

interface SettingsProps {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}

/** Quality, shape, renderer, seed and materials; closed, they are one line. */
export function Settings({ draft, onChange }: SettingsProps) {
  const { quality, aspectRatio, renderer, seed, materials } = draft;
  // Several files arrive one after another, each before the page has drawn its predecessor.
  const latest = useRef(materials);
  useEffect(() => {
    latest.current = materials;
  }, [materials]);
  const add = ({ id, filename }: { id: string; filename: string }) => {
    // A script finds a file by its name, so a newer file takes the place of one with the same name.
    const others = latest.current.filter((other) => other.filename !== filename);
    latest.current = [...others, { materialId: id, filename }];
    onChange({ materials: latest.current });
  };
  const summary = [textOf(qualities, quality), textOf(shapes, aspectRatio), textOf(renderers, renderer)];
  return (
    <details className="settings">
      <summary>
        Settings: {summary.join(" · ")}
        {seed !== 0 && ` · seed ${seed}`}
        {materials.length > 0 && ` · ${materials.map(({ filename }) => filename).join(", ")}`}
      </summary>
      <div className="setting-fields">
        <Select
          label="Quality"
          value={quality}
          options={qualities}
          onText={(value) => onChange({ quality: value as ManimQuality })}
        />
        <Select
          label="Shape"
          value={aspectRatio}
          options={shapes}
          onText={(value) => onChange({ aspectRatio: value as AspectRatio })}
        />
        <Select
          label="Renderer"
          value={renderer}
          options={renderers}
          onText={(value) => onChange({ renderer: value as AnimationRenderer })}
        />
        <TextField
          label="Seed"
          type="number"
          min={0}
          max={MAX_SEED}
          value={seed}
          onText={(text) =>
            onChange({ seed: Math.min(MAX_SEED, Math.max(0, Math.trunc(Number(text)) || 0)) })
          }
        />
      </div>
      <div className="setting-materials">
        <UploadMaterials onReady={add} />
        {materials.length === 0 ? (
          <span className="muted">Fonts, pictures and audio, which the script uses by their names.</span>
        ) : (
          <ul aria-label="Materials">
            {materials.map(({ materialId, filename }) => (
              <li key={materialId}>
                <code>{filename}</code>
                <button
                  type="button"
                  className="button small"
                  aria-label={`Remove ${filename}`}
                  onClick={() =>
                    onChange({ materials: materials.filter((other) => other.materialId !== materialId) })
                  }
                >
                  Remove
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </details>
  );
}
