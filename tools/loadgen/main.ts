import { runLoad } from './load.js';
import { loadOptions } from './options.js';

const text = process.argv[2];
if (text === undefined) {
  console.error('usage: main.js \'{"url": "http://127.0.0.1:8080", "targets": [...], "durationMs": 5000}\'');
  process.exit(2);
}
console.log(JSON.stringify(await runLoad(loadOptions.parse(JSON.parse(text)))));
