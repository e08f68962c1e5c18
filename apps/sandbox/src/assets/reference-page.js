/* global document, fetch, Scalar */
const { apiUrl, token, orderId } = document.querySelector('#reference').dataset;
const otherLanguages =
  'c clojure csharp dart fsharp go http java kotlin objc ocaml powershell r ruby rust swift'.split(' ');

/** The document, with an order of this shop as the first example of a sync. */
async function documentToTry() {
  const openApi = await (await fetch('/openapi.json')).json();
  const sync = Object.values(openApi.paths).find(({ post }) => post?.operationId === 'syncOrder');
  const body = sync.post.requestBody.content['application/json'];
  body.examples = {
    sandbox: { summary: 'An order of this sandbox', value: { order_id: Number(orderId) } },
    ...body.examples,
  };
  return openApi;
}

Scalar.createApiReference('#reference', {
  content: await documentToTry(),
  servers: [{ url: apiUrl, description: 'This sandbox' }],
  authentication: {
    preferredSecurityScheme: 'bearerToken',
    securitySchemes: { bearerToken: { token } },
  },
  // The languages of the vendor's samples, each with its most used library.
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  hiddenClients: {
    ...Object.fromEntries(otherLanguages.map((language) => [language, true])),
    shell: ['httpie', 'wget'],
    js: ['axios', 'jquery', 'ofetch', 'xhr'],
    node: ['axios', 'fetch', 'ofetch'],
    php: ['curl'],
    // python3 is http.client; Scalar omits the port in its sample.
    python: ['python3', 'aiohttp', 'httpx_async', 'httpx_sync'],
  },
  orderSchemaPropertiesBy: 'preserve',
  orderRequiredPropertiesFirst: false,
  defaultOpenAllTags: true,
  expandAllModelSections: true,
  expandAllResponses: true,
  // The links above the reference download the original document; Scalar would rewrite it.
  documentDownloadType: 'none',
  // Nothing leaves this machine.
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
});
