// SPDX-License-Identifier: MIT
// transpile.js: turn FOLDER/src/*.ts into FOLDER/lib/*.js without checking types.
const fs = require('node:fs');
const path = require('node:path');
const ts = require('typescript');

const folder = process.argv[2];
const { compilerOptions } = ts.readConfigFile(
  path.join(folder, 'tsconfig.json'),
  (name) => fs.readFileSync(name, 'utf8'),
).config;

fs.mkdirSync(path.join(folder, 'lib'), { recursive: true });
for (const name of fs.readdirSync(path.join(folder, 'src'))) {
  const code = fs.readFileSync(path.join(folder, 'src', name), 'utf8');
  const out = path.join(folder, 'lib', name.replace(/\.ts$/, '.js'));
  fs.writeFileSync(out, ts.transpileModule(code, { compilerOptions }).outputText);
}
