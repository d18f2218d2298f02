import { MaterialFilename } from "@reelay/contracts";
import { InvalidInputError } from "../errors/index.ts";

/** The name by which scripts use a material. Throws `InvalidInputError` (`FILENAME_INVALID`). */
export function checkFilename(filename: string): string {
  const field = "upload.filename";
  const name = filename.toWellFormed().normalize("NFC");
  if (MaterialFilename.safeParse(name).success) return name;
  const shown = JSON.stringify(name.slice(0, 100));
  throw new InvalidInputError(
    "FILENAME_INVALID",
    field,
    `${field}: scripts cannot use the name ${shown}. Use up to 80 letters, digits, spaces and any of . _ ( ) + , & @ = -, without a folder. Begin with a letter or a digit. Example: "logo.png".`,
  );
}
