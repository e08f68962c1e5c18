export { default } from '../build-config/vitest.js';
