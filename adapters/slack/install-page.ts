import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { visibleLine } from "../../src/domain/visible.ts";

/** A page for whoever installs Usher. Every text is a text: nothing in it is read as HTML. */
export interface InstallPage {
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** What to do next, one after another. */
  readonly steps?: readonly string[];
  /** Where the page leads. */
  readonly link: { readonly label: string; readonly to: string } | null;
}

const style = [
  ":root{color-scheme:light dark}",
  "body{font:1.125rem/1.6 system-ui,sans-serif;max-width:38rem;margin:0 auto;padding:3rem 1.25rem}",
  "h1{font-size:1.75rem;line-height:1.25}",
  "li{margin:.5rem 0}",
  "a{display:inline-block;padding:.75rem 1.25rem;border-radius:.5rem;background:#1d3a5f;color:#fff;font-weight:600;text-decoration:none}",
  "a:focus-visible{outline:3px solid #e8912d;outline-offset:3px}",
].join("");

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  // The address of a page can hold the code that is exchanged for a token.
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Says with a page what a browser may do with it: show it, and nothing else. */
export function securePage(response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** Answers a request with a page. */
export function showPage(response: ServerResponse, status: number, page: InstallPage): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(renderPage(page));
}

/** The HTML of a page. Pure. */
export function renderPage({ title, paragraphs, steps = [], link }: InstallPage): string {
  const list = steps.length === 0 ? "" : `<ol>${steps.map((step) => `<li>${escaped(step)}</li>`).join("")}</ol>`;
  const anchor = link === null ? "" : `<p><a href="${escaped(link.to)}">${escaped(link.label)}</a></p>`;
  const texts = paragraphs.map((text) => `<p>${escaped(text)}</p>`).join("");
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title><style>${style}</style></head>`,
    `<body><main><h1>${escaped(title)}</h1>${texts}${list}${anchor}</main></body></html>`,
  ].join("");
}

const signs: { readonly [sign: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return visibleLine(text).replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}
