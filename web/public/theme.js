// Before anything is painted: the chosen colours, so that the page does not flash. src/shell/theme.ts writes what is read here.
try {
  const theme = localStorage.getItem("reelay.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's colours.
}
