// @ts-check
import { mergeConfig } from 'vitest/config';
import shared from '../../../vitest.config.js';

/** Unit tests as Stryker runs them, from the root of the workspace. */
export default mergeConfig(shared({ mode: 'test', command: 'serve' }), {
  test: { reporters: [] },
});
