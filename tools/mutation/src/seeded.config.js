// @ts-check
import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import shared from '../../../vitest.config.js';
import { faults } from './faults.js';

const fault = faults.find(({ name }) => name === process.env['FAULT']);
if (fault === undefined)
  throw new TypeError(`FAULT names none of: ${faults.map(({ name }) => name).join(', ')}`);
const target = fileURLToPath(new URL(`../../../${fault.file}`, import.meta.url));

/** The unit tests of a project, on sources with one fault. The files stay as they are. */
export default mergeConfig(shared({ mode: 'test', command: 'serve' }), {
  plugins: [
    {
      name: 'seeded-fault',
      enforce: 'pre',
      /** @param {string} code @param {string} id */
      transform(code, id) {
        if (id !== target) return undefined;
        const parts = code.split(fault.code);
        if (parts.length !== 2) throw new Error(`${fault.file} does not contain once: ${fault.code}`);
        return { code: parts.join(fault.fault), map: null };
      },
    },
  ],
  test: { bail: 1 },
});
