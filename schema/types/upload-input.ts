import { builder } from "../builder.ts";

export const UploadSourceInput = builder.inputType("UploadSourceInput", {
  description: "A file that the client uploads.",
  fields: (t) => ({
    filename: t.string({ required: true, description: "File name, without a folder." }),
    sizeBytes: t.field({
      type: "SafeInt",
      required: true,
      description: "Exact size of the file in bytes.",
    }),
    contentType: t.string({
      description: "Media type, e.g. `video/mp4`. Default: derived from the file name.",
    }),
  }),
});
