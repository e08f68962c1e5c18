// @ts-check
import { resolve } from 'node:path';
import { checkApi } from './api-reports.js';

// `node check-api.js [--write]` in the folder of a built package.
const faults = await checkApi(resolve('.'), { write: process.argv.includes('--write') });
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
