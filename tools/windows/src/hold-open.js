// @ts-check
/** A program that has a file open, for so many ms. */
import { openSync } from 'node:fs';

const [path = '', ms] = process.argv.slice(2);
openSync(path, 'r');
console.log('open');
setTimeout(() => process.exit(), Number(ms));
