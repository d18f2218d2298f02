/** The recipes that videos are rendered by: built-in ones, and those that workspaces make. */
export { builtInProfiles, defaultProfile } from "./built-in.ts";
export {
  chooseProfile,
  createProfile,
  deleteProfile,
  findProfile,
  listProfiles,
  updateProfile,
} from "./custom-profiles.ts";
