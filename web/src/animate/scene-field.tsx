import { useId } from "react";
import { Select, TextField } from "../ui/index.ts";
import { findScenes } from "./find-scenes.ts";

interface SceneFieldProps {
  script: string;
  /** Scenes that a check found; null: not known. */
  scenes: readonly { name: string }[] | null;
  value: string;
  problem: string | null;
  onText: (scene: string) => void;
}

/** Chooses the scene: of those that a check found, else by name, with the script's classes as suggestions. */
export function SceneField({ script, scenes, value, problem, onText }: SceneFieldProps) {
  const list = useId();
  const names = scenes?.map(({ name }) => name) ?? [];
  if (names.length > 0 && (value === "" || names.includes(value)) && problem === null) {
    const first = { value: "", text: names.length === 1 ? (names[0] ?? "") : "Choose a scene" };
    const options =
      names.length === 1 && value === "" ? [] : names.map((name) => ({ value: name, text: name }));
    return <Select label="Scene" value={value} options={[first, ...options]} onText={onText} />;
  }
  return (
    <div>
      <TextField
        label="Scene"
        value={value}
        list={list}
        spellCheck={false}
        autoCapitalize="off"
        placeholder="The only one"
        problem={problem}
        onText={onText}
      />
      <datalist id={list}>
        {findScenes(script).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
    </div>
  );
}
