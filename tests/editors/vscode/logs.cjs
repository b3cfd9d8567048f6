// Lets code-server write its logs without the native module for it, which installing without builds leaves out.
"use strict";
const { appendFileSync } = require("node:fs");
const Module = require("node:module");

const LEVELS = ["trace", "debug", "info", "warning", "error", "critical", "off"];

class Logger {
  constructor(_kind, _name, file) {
    this.file = file;
    this.level = 2;
    this.plain = false;
  }
  write(level, text) {
    if (level < this.level) return;
    const head = this.plain ? "" : `${new Date().toISOString().replace("T", " ").replace("Z", "")} [${LEVELS[level]}] `;
    appendFileSync(this.file, `${head}${text}${this.plain ? "" : "\n"}`);
  }
  setLevel(level) {
    this.level = level;
  }
  getLevel() {
    return this.level;
  }
  clearFormatters() {
    this.plain = true;
  }
  setPattern() {}
  flush() {}
  drop() {}
}
["trace", "debug", "info", "warn", "error", "critical"].forEach((name, level) => {
  Logger.prototype[name] = function (text) {
    this.write(level, text);
  };
});

const native = { version: 0, setLevel() {}, setFlushOn() {}, Logger };
const load = Module._load;
Module._load = function (request, parent, ...rest) {
  if (request === "bindings" && parent?.filename?.includes("spdlog")) return () => native;
  return load.call(this, request, parent, ...rest);
};
