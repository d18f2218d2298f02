/** Profiles: the built-in ones, and those of workspaces. */
export { builtInProfiles, defaultProfile } from "./built-in.ts";
export {
  chooseProfile,
  createProfile,
  deleteProfile,
  findProfile,
  listProfiles,
  updateProfile,
} from "./custom-profiles.ts";
