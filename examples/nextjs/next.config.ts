export default {
  // In this repository they are TypeScript; published ones are not, and need no line here.
  transpilePackages: ["@reelay/client", "@reelay/player", "@reelay/upload"],
  // Nothing of the folders above belongs to it.
  turbopack: { root: import.meta.dirname },
};
