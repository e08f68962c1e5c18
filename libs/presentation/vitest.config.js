export { default } from '../../tools/build-config/vitest.js';
