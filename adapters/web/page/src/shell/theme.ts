import { recallChoice, rememberChoice } from "../state/session.ts";

export type Theme = "light" | "dark";

const system = matchMedia("(prefers-color-scheme: dark)");
const systemTheme = (): Theme => (system.matches ? "dark" : "light");

/** The theme that is shown now; public/theme.js has set it before the first paint. */
export function currentTheme(): Theme {
  return document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
}

/** Shows a theme from now on; the one that the system has is not kept, so that the page goes on following it. */
export function chooseTheme(theme: Theme): void {
  rememberChoice("theme", theme === systemTheme() ? null : theme);
  document.documentElement.dataset["theme"] = theme;
}

/** Follows the system while nothing is chosen; answers how to stop. */
export function followSystem(changed: (theme: Theme) => void): () => void {
  const follow = (): void => {
    if (recallChoice("theme") !== null) return;
    document.documentElement.dataset["theme"] = systemTheme();
    changed(systemTheme());
  };
  system.addEventListener("change", follow);
  return () => system.removeEventListener("change", follow);
}
