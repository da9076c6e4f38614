import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { start } from "./state/actions.ts";
import "./style/tokens.css";
import "./style/base.css";
import "./style/values.css";
import "./style/shell.css";
import "./style/thread.css";
import "./style/cards.css";
import "./style/inside.css";
import "./style/rail.css";
import "./style/narrow.css";

const root = document.getElementById("page");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  start();
}
