import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { register, table } from "../src/commands";
import { SCHEME } from "../src/columns";
import { CLIENT_ONLY, RESTARTING } from "../src/settings";
import { reset, world } from "./vscode-mock";

interface Setting {
  scope?: string;
  markdownDescription?: string;
  default?: unknown;
  type: string | string[];
}

const manifest = JSON.parse(readFileSync("package.json", "utf-8")) as {
  icon: string;
  main: string;
  capabilities: { untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] }; virtualWorkspaces: boolean };
  contributes: {
    commands: { command: string; title: string; category: string }[];
    menus: Record<string, { command: string; when: string }[]>;
    configuration: { properties: Record<string, Setting> };
    walkthroughs: { steps: { description: string; media: { image: string } }[] }[];
  };
};
const settings = manifest.contributes.configuration.properties;
const declared = manifest.contributes.commands.map((command) => command.command);

beforeEach(reset);

test("every command that is declared is registered, and the other way round", () => {
  register({ context: { subscriptions: [] }, log: {} } as never);
  assert.deepEqual([...world.registered.keys()].sort(), [...declared].sort());
  assert.ok(manifest.contributes.commands.every((command) => command.category === "default-lint"));
});

test("no command has the name of one of the server's, which the client registers", () => {
  const servers = ["diagnose", "fixAll", "explain", "model", "debug"].map((name) => `default-lint.${name}`);
  assert.deepEqual(declared.filter((command) => servers.includes(command)), []);
});

test("menus and the walkthrough call commands that exist", () => {
  const called = [
    ...Object.values(manifest.contributes.menus).flatMap((entries) => entries.map((entry) => entry.command)),
    ...manifest.contributes.walkthroughs.flatMap((one) => one.steps.flatMap((step) => [...step.description.matchAll(/command:(default-lint\.\w+)/g)].map((found) => found[1] as string))),
  ];
  assert.deepEqual(called.filter((command) => !declared.includes(command)), []);
  for (const [menu, entries] of Object.entries(manifest.contributes.menus)) {
    for (const entry of entries) if (entry.when.includes("scheme")) assert.ok(entry.when.includes(SCHEME), menu);
  }
});

test("a command that fails is told, not thrown", async () => {
  const log = { error: () => undefined, show: () => undefined };
  const failing = { restart: () => Promise.reject(new Error("no server")) };
  register({ context: {}, log, server: failing } as never);
  await world.registered.get("default-lint.restart")?.();
  assert.deepEqual(world.messages.map((message) => message.text), ["default-lint: no server"]);
  assert.ok("default-lint.restart" in table({} as never));
});

test("each setting has a scope, a default that fits and words for people", () => {
  for (const [name, setting] of Object.entries(settings)) {
    assert.ok(setting.scope, name);
    assert.match(setting.markdownDescription ?? "", /^[A-Z].*\.$/s, name);
    const types = [setting.type].flat();
    const kind = setting.default === null ? "null" : Array.isArray(setting.default) ? "array" : typeof setting.default;
    assert.ok(types.includes(kind) || (types.includes("integer") && kind === "number"), name);
  }
});

test("paths and programs are of a machine, and wait for trust", () => {
  for (const name of [...RESTARTING, "default-lint.diagnose.interpreter"]) assert.equal(settings[name]?.scope, "machine-overridable", name);
  const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  assert.equal(supported, "limited");
  assert.deepEqual(restrictedConfigurations.filter((name) => !(name in settings)), []);
  for (const name of [...RESTARTING, "default-lint.configuration", "default-lint.diagnose.interpreter"]) assert.ok(restrictedConfigurations.includes(name), name);
  assert.equal(manifest.capabilities.virtualWorkspaces, false);
});

test("settings of the client alone are declared", () => {
  for (const name of CLIENT_ONLY) assert.ok(Object.keys(settings).some((key) => key.split(".")[1] === name), name);
});

test("what is named is there", () => {
  assert.ok(existsSync(manifest.icon));
  assert.ok(existsSync("examples/houses.py"));
  assert.match(readFileSync("README.md", "utf-8"), /# default-lint/);
  for (const name of Object.keys(settings)) {
    const last = name.slice("default-lint".length);
    const readme = readFileSync("README.md", "utf-8");
    assert.ok(readme.includes(name) || readme.includes(`\`${last}\``) || readme.includes(`\`${last.replace(".diagnose", "")}\``), `${name} in README.md`);
  }
});
