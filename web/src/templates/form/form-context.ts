import { createContext, useContext } from "react";
import type { Json } from "./json.ts";

export interface Form {
  /** Sets the value at a JSON Pointer; undefined removes it. */
  change: (path: string, value: Json | undefined) => void;
  /** Sentences by the JSON Pointer of their value. */
  problems: ReadonlyMap<string, string>;
  /** Number of attempts to send the data. With each, items with problems are opened. */
  attempt: number;
}

export const FormContext = createContext<Form | null>(null);

export function useForm(): Form {
  const form = useContext(FormContext);
  if (form === null) throw new Error("useForm is used outside of DataForm.");
  return form;
}

/** The id of the element for the value at a JSON Pointer. */
export const fieldId = (path: string): string => `data${path}`;
