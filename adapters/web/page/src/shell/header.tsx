import { useEffect, useState } from "react";
import { usePage } from "../state/page.ts";
import { recallChoice, rememberChoice } from "../state/session.ts";
import { GuideStrip } from "./guide-strip.tsx";
import { KeyboardHelp } from "./keyboard-help.tsx";
import { chooseTheme, currentTheme, followSystem } from "./theme.ts";

/** The head of the page: what this is, that it is for trying, and how far one has come. */
export function Header() {
  const [guide, setGuide] = useState(recallChoice("guide") !== "hidden");
  const demo = usePage(({ world }) => world?.demo);
  const change = (shown: boolean): void => {
    setGuide(shown);
    rememberChoice("guide", shown ? null : "hidden");
  };
  return (
    <header className="head">
      <div className="head-row">
        <h1>
          Usher <span className="muted">Playground</span>
        </h1>
        <div className="head-tools">
          {guide ? null : (
            <button type="button" className="quiet" onClick={() => change(true)}>
              Show guide
            </button>
          )}
          <KeyboardHelp />
          <ThemeButton />
          <Live />
        </div>
      </div>
      <div className="strip">
        <p>For trying Usher, not for production. {demo === undefined ? null : whereCallsGo(demo)}</p>
        {guide ? <GuideStrip onHide={() => change(false)} /> : null}
      </div>
    </header>
  );
}

function whereCallsGo(demo: boolean): string {
  return demo ? "Calls go to the demo backend on this machine." : "Calls go to the systems in USHER_CONNECTIONS.";
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => followSystem(setTheme), []);
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      className="quiet"
      aria-label={`Theme: ${theme}. Change to ${other}.`}
      onClick={() => {
        chooseTheme(other);
        setTheme(other);
      }}
    >
      Theme
    </button>
  );
}

function Live() {
  const state = usePage(({ connection }) => connection.state);
  const isLive = state === "live" || state === "back";
  const words = isLive ? "Live" : state === "connecting" ? "Connecting" : "Not connected";
  return (
    <p className={isLive ? "live on" : "live"}>
      <span className="dot" aria-hidden="true" />
      {words}
    </p>
  );
}
