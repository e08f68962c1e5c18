// @ts-check
import { bundleLibrary } from '../../tools/build-config/bundle-library.js';

await bundleLibrary();
