// @ts-check
import { bundle } from '../../tools/bundle/app.js';

await bundle();
