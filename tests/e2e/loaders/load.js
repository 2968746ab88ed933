// SPDX-License-Identifier: MIT
// load.js: loads histories with the SDK's own loader: load.js OUT FILE...
const fs = require('fs');
const path = require('path');
const { historyFromJSON } = require('@temporalio/common/lib/proto-utils');
const { temporal } = require('@temporalio/proto');

for (const file of process.argv.slice(3)) {
  const name = path.basename(file);
  try {
    const history = historyFromJSON(JSON.parse(fs.readFileSync(file, 'utf8')));
    const bytes = temporal.api.history.v1.History.encode(history).finish();
    fs.writeFileSync(path.join(process.argv[2], name + '.bin'), bytes);
  } catch (error) {
    console.log(`${name}: ${String(error.message).split('\n')[0]}`);
  }
}
