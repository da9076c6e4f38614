// Plain JavaScript, so that an old Node can read it and say what is wrong.
// `npm ci --omit=optional`, macOS, or a bare `node` leave the machine's own Node in charge.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  process.stderr.write(
    `Usher needs Node 24.12 or newer, and this is Node ${process.versions.node}. ` +
      "On Linux and Windows run `npm ci` (without --omit=optional), which brings it; elsewhere install Node 24.\n",
  );
  process.exit(78);
}
