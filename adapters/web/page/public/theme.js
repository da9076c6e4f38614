// The theme before the first paint: the stored choice, else the system's. src/shell/theme.ts goes on from here.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("usher.theme");
  } catch {
    // Storage is forbidden here: the system decides.
  }
  const dark = chosen === null ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
