// @ts-check
import { bundle } from '../../tools/build-config/bundle.js';
import { bundleOrdersView } from './bundle-view.js';
import { recordFirstAnswers } from './record-first-answers.js';

await bundle({ alias: { '@modelcontextprotocol/server/_shims': './bundle-sdk-shims.js' } });
await bundleOrdersView();
await recordFirstAnswers();
