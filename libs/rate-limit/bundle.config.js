// @ts-check
import { bundleLibrary } from '../../tools/build-config/bundle-library.js';

await bundleLibrary({
  // What a process's first permit does not go through.
  canWait: ['headers.ts', 'inspect.ts', 'rate-limited-fetch.ts', 'stand-in.ts', 'unsent.ts'],
});
