import { type ComponentProps, useId } from "react";
import { TextField } from "../../ui/index.ts";

const languages =
  "ar bn cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt-BR ro ru sv th tr uk vi zh".split(" ");
const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** The English name of a language; null for what is no language tag. */
function nameOf(tag: string): string | null {
  try {
    return names.of(tag) ?? null;
  } catch {
    return null;
  }
}

/** A BCP 47 tag, with usual ones as suggestions and its language's name beside the label. */
export function LanguageField({ label, value, ...field }: ComponentProps<typeof TextField>) {
  const list = useId();
  const name = nameOf(String(value));
  return (
    <>
      <TextField
        {...field}
        label={name === null ? label : `${label}: ${name}`}
        value={value}
        list={list}
        autoCapitalize="off"
        spellCheck={false}
      />
      <datalist id={list}>
        {languages.map((tag) => (
          <option key={tag} value={tag}>
            {nameOf(tag)}
          </option>
        ))}
      </datalist>
    </>
  );
}
