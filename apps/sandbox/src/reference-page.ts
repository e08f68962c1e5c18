import { documentedOrder } from '@wemasy-orders/sandbox-server';
import { html } from 'hono/html';

/**
 * Shows the document and lets a reader try it. The document keeps the vendor's address; the page gets this
 * sandbox's address, its token and an order to sync as data attributes.
 */
export function referencePage(apiUrl: string, token: string): string {
  return String(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width" />
          <title>API reference · Wemasy Orders sandbox</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href="/assets/reference-page.css" />
        </head>
        <body>
          <header class="bar">
            <a href="/">Wemasy Orders sandbox</a>
            <nav aria-label="The OpenAPI document">
              <span>OpenAPI document:</span>
              <a href="/openapi.yaml" download="wemasy-orders.yaml">YAML</a>
              <a href="/openapi.json" download="wemasy-orders.json">JSON</a>
            </nav>
          </header>
          <div
            id="reference"
            data-api-url="${apiUrl}"
            data-token="${token}"
            data-order-id="${documentedOrder.id}"
          ></div>
          <noscript
            ><p class="bar">
              The reference needs JavaScript. The document above has the same content.
            </p></noscript
          >
          <script src="/assets/scalar.js"></script>
          <script src="/assets/reference-page.js" type="module"></script>
          <script src="/assets/reference-repairs.js" type="module"></script>
        </body>
      </html> `,
  );
}
