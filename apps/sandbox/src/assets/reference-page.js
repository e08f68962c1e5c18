/* global document, fetch, Scalar */
const { apiUrl, token, orderId } = document.querySelector('#reference').dataset;
const otherLanguages =
  'c clojure csharp dart fsharp go http java kotlin objc ocaml powershell r ruby rust swift'.split(' ');

/** The document, and first among the samples of a sync an order that this shop has. */
async function documentToTry() {
  const openApi = await (await fetch('/openapi.json')).json();
  for (const { post } of Object.values(openApi.paths)) {
    const { examples = {} } = post.requestBody.content['application/json'];
    if (post.operationId === 'syncOrder') {
      post.requestBody.content['application/json'].examples = {
        sandbox: { summary: 'An order of this sandbox', value: { order_id: Number(orderId) } },
        ...examples,
      };
    }
  }
  return openApi;
}

Scalar.createApiReference('#reference', {
  content: await documentToTry(),
  servers: [{ url: apiUrl, description: 'This sandbox' }],
  authentication: {
    preferredSecurityScheme: 'bearerToken',
    securitySchemes: { bearerToken: { token } },
  },
  // The languages of the vendor's own samples: of each the library that is most used.
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  hiddenClients: {
    ...Object.fromEntries(otherLanguages.map((language) => [language, true])),
    shell: ['httpie', 'wget'],
    js: ['axios', 'jquery', 'ofetch', 'xhr'],
    node: ['axios', 'fetch', 'ofetch'],
    php: ['curl'],
    // Python's own http.client among them: Scalar leaves the port out of its sample.
    python: ['python3', 'aiohttp', 'httpx_async', 'httpx_sync'],
  },
  orderSchemaPropertiesBy: 'preserve',
  orderRequiredPropertiesFirst: false,
  defaultOpenAllTags: true,
  expandAllModelSections: true,
  expandAllResponses: true,
  // The links above the reference hand out the document itself, not a copy that a library wrote anew.
  documentDownloadType: 'none',
  // Nothing leaves this machine: no fonts, no telemetry, no client or assistant elsewhere.
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
});
