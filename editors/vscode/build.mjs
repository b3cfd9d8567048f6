// Bundles the extension and the panel's script; `--tests`: the tests instead, on stand-ins for the editor and the client.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build, context } from "esbuild";

const flags = new Set(process.argv.slice(2));
const shared = {
  bundle: true,
  target: "es2022",
  minify: flags.has("--minify"),
  sourcemap: flags.has("--watch") ? "inline" : false,
  logLevel: "warning",
};
const node = { ...shared, platform: "node", format: "cjs" };

const extension = { ...node, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", external: ["vscode"] };
const panel = { ...shared, platform: "browser", format: "iife", entryPoints: ["src/panel/main.ts"], outfile: "dist/panel.js" };
const tests = {
  ...node,
  entryPoints: readdirSync("test")
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/${name}`),
  outdir: "out",
  alias: { vscode: "./test/vscode-mock.ts", "vscode-languageclient/node": "./test/client-mock.ts" },
};

if (flags.has("--tests")) {
  rmSync("out", { recursive: true, force: true });
  await build(tests);
} else if (flags.has("--watch")) {
  for (const options of [extension, panel]) await (await context(options)).watch();
} else {
  await Promise.all([build(extension), build(panel)]);
  // The editor's page of an extension shows pictures from the web only; without them it reads well.
  const told = readFileSync("README.md", "utf-8").split("\n\n");
  writeFileSync("dist/README.md", told.filter((paragraph) => !paragraph.includes("](images/")).join("\n\n"));
}
