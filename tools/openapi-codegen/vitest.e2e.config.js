export { e2e as default } from '../build-config/vitest.js';
