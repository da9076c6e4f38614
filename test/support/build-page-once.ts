import { buildPage } from "../../adapters/web/build-page.ts";

/** Before all tests: the page is built once, not by several of them at the same time. */
export default async function buildPageOnce(): Promise<void> {
  await buildPage();
}
