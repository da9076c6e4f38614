import { useEffect } from "react";
import { AgentsPane } from "./agents/agents-pane.tsx";
import { CustomerPane } from "./customer/customer-pane.tsx";
import { InsidePane } from "./inside/inside-pane.tsx";
import { Header } from "./shell/header.tsx";
import { Banner, Status, Toast } from "./shell/notices.tsx";
import { cyclePanes } from "./shell/pane.tsx";
import { Switcher } from "./shell/switcher.tsx";

/** The page at `/`. */
export function App() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "F6" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      cyclePanes(event.shiftKey ? -1 : 1);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className="app">
      <Header />
      <Status />
      <main className="main">
        <Banner />
        <Switcher />
        <div className="panes">
          <CustomerPane />
          <AgentsPane />
          <InsidePane />
        </div>
        <Toast />
      </main>
    </div>
  );
}
