// @ts-check
import { parseArgs } from 'node:util';

/** `npm run bench -- <name> [flags]`: one folder a benchmark, each with a run.js that measures and writes its page. */
const benchmarks = /** @type {const} */ ([
  'rate-limit',
  'permit-cost',
  'journal-cost',
  'command-line',
  'mcp',
  'hosted',
  'path-length',
  'client-size',
  'interleavings',
]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    shops: { type: 'string' },
    rate: { type: 'string' },
  },
});
const name = benchmarks.find((each) => each === positionals[0]);
if (name === undefined) {
  console.error(
    `usage: npm run bench -- <${benchmarks.join(' | ')}> [--quick] [--seconds N] [--shops N] [--rate N]`,
  );
  process.exit(2);
}
const { run } = await import(`./${name}/run.js`);
await run({
  quick: values.quick,
  ...(values.seconds && { seconds: Number(values.seconds) }),
  ...(values.shops && { shops: Number(values.shops) }),
  ...(values.rate && { rate: Number(values.rate) }),
});
