// @ts-check
import { boundaryFaults } from './boundaries.js';

const faults = await boundaryFaults(process.cwd());
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
