export { e2e as default } from '../../tools/build-config/vitest.js';
