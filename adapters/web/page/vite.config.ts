import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  // Also where the surroundings say otherwise, as a test runner does: the other React is three times as large.
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  // And that React has no function for JSX that was made for development.
  oxc: { jsx: { development: false } },
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    // The page's CSP is `default-src 'self'`: nothing may become a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
