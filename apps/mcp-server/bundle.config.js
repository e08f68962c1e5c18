// @ts-check
import { bundle } from '../../tools/bundle/app.js';
import { onlyServer } from './bundle-sdk-server.js';
import { bundleOrdersView } from './bundle-view.js';
import { recordResponses } from './src/recorded-responses/record.js';

await bundle({
  alias: { '@modelcontextprotocol/server/_shims': './bundle-sdk-shims.js' },
  plugins: [onlyServer],
});
await bundleOrdersView();
await recordResponses();
