// SPDX-License-Identifier: MIT
// replay.js: the TypeScript SDK's own runReplayHistories over a folder of histories.
// usage: node replay.js WORKER_FOLDER HISTORY_FOLDER; prints how many passed and failed.
'use strict';
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

const [workerFolder, historyFolder] = process.argv.slice(2);
const fromWorker = createRequire(path.join(path.resolve(workerFolder), 'worker.js'));
const { Worker, Runtime, DefaultLogger } = fromWorker('@temporalio/worker');

function* histories() {
  for (const name of fs.readdirSync(historyFolder).filter((n) => n.endsWith('.json')).sort()) {
    const history = JSON.parse(fs.readFileSync(path.join(historyFolder, name), 'utf8'));
    const started = history.events[0].workflowExecutionStartedEventAttributes;
    yield { workflowId: started.workflowId, history };
  }
}

async function main() {
  // As quiet as the worker.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => {}),
    telemetryOptions: { logging: { filter: 'off', console: {} } } });
  const bundle = await fromWorker('./worker.js').code();
  let passed = 0, failed = 0;
  for await (const result of Worker.runReplayHistories({ workflowBundle: bundle }, histories())) {
    if (result.error) failed++;
    else passed++;
  }
  console.log(passed, failed);
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
