import { existsSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join, sep } from "node:path";
import express, { type NextFunction, type Request, type Response, Router } from "express";

const notBuilt =
  "The playground's page is not built yet. Run `npx vite build adapters/web/page` in Usher's folder, then load this" +
  " page again. The API under /api works without it.\n";

/** Serves the built page out of a folder that may be filled while the server runs. */
export function createPage(folder: string): Router {
  const page = Router({ caseSensitive: true });
  const index = join(folder, "index.html");
  const assets = join(folder, "assets") + sep;
  const explain = (_request: Request, response: Response, next: NextFunction): void => {
    if (existsSync(index)) next();
    else response.status(503).set("cache-control", "no-store").type("text/plain").send(notBuilt);
  };
  const files = express.static(folder, {
    cacheControl: false,
    dotfiles: "ignore",
    redirect: false,
    setHeaders: (response: ServerResponse, path: string) => {
      // Only the built assets carry a hash of their content in their names.
      const cache = path.startsWith(assets) ? "public, max-age=31536000, immutable" : "no-cache";
      response.setHeader("cache-control", cache);
    },
  });
  page.route("/").get(explain, files).all(wrongMethod);
  page.use(files);
  return page;
}

function wrongMethod(_request: Request, response: Response): void {
  response.status(405).set("allow", "GET, HEAD").type("text/plain").send("This address takes GET or HEAD only.\n");
}
