const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Node ${process.version} is too old. Run "npm ci" and source .lab/lab.env.sh, or install Node 22.18 or newer.`,
  );
  process.exit(1);
}
export default (await import("./main.ts")).default;
