import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { buildPage } from "../../adapters/web/build-page.ts";

// The brief of the page, section 7, point 25.
const mostKilobytes = 120;

test("the page's JavaScript stays under 120 KB, packed", async () => {
  const assets = join(await buildPage(), "assets");
  const scripts = (await readdir(assets)).filter((name) => name.endsWith(".js"));
  const sizes = await Promise.all(scripts.map(async (name) => gzipSync(await readFile(join(assets, name))).length));
  expect(scripts).not.toEqual([]);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(mostKilobytes * 1000);
});
