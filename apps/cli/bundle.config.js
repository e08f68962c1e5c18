// @ts-check
import { bundle } from '../../tools/build-config/bundle.js';

await bundle();
