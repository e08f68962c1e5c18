import { tokens } from '@wemasy-orders/sandbox-server';
import { html } from 'hono/html';
import { assistantConfigurations, serverCommand } from './assistant-configurations.js';

/** Explains the sandbox and its tokens; the page's script fills in the counters. */
export function startPage(apiUrl: string): string {
  const configurations = assistantConfigurations(serverCommand(), apiUrl, tokens.fullAccess);
  return String(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width" />
          <title>Wemasy Orders sandbox</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href="/assets/start-page.css" />
          <script src="/assets/start-page.js" type="module"></script>
        </head>
        <body>
          <main>
            <header>
              <h1>Wemasy Orders sandbox</h1>
              <p>
                The two documented order endpoints of the Wemasy webshop API, with invented orders. Nothing
                here reaches Wemasy or SnelStart.
              </p>
              <p class="links">
                <a class="primary" href="/docs">Read and try the API</a>
                <a href="/openapi.yaml">Document as YAML</a>
                <a href="/openapi.json">as JSON</a>
                <a href="/sandbox/ledger">Ledger as JSON</a>
              </p>
            </header>

            <section aria-labelledby="access">
              <h2 id="access">Access</h2>
              <dl class="facts">
                <div>
                  <dt>Base URL</dt>
                  <dd>${copyable('base URL', apiUrl)}</dd>
                </div>
                <div>
                  <dt>Full-access token</dt>
                  <dd>${copyable('full-access token', tokens.fullAccess)}</dd>
                </div>
                <div>
                  <dt>Read-only token <small>(a sync is answered with 403)</small></dt>
                  <dd>${copyable('read-only token', tokens.readOnly)}</dd>
                </div>
              </dl>
            </section>

            <section aria-labelledby="assistants">
              <h2 id="assistants">Connect an assistant</h2>
              <p>Ready to copy. Each connects the MCP server to this sandbox.</p>
              ${configurations.map(
                ({ assistant, place, text }, index) =>
                  html`<details name="assistant" ${index === 0 ? 'open' : ''}>
                    <summary>${assistant} <small>${place}</small></summary>
                    ${copyable(`configuration of ${assistant}`, text)}
                  </details>`,
              )}
            </section>

            <section aria-labelledby="now">
              <h2 id="now">Now</h2>
              <p id="connection" role="status">Reading the counters …</p>
              <div class="columns">
                <div>
                  <h3>Requests left</h3>
                  <table>
                    <thead>
                      <tr>
                        <th scope="col">Operation and token</th>
                        <th scope="col" class="number">Left</th>
                        <th scope="col" class="number">Resets in</th>
                      </tr>
                    </thead>
                    <tbody id="windows"></tbody>
                  </table>
                </div>
                <div>
                  <h3>Ledger</h3>
                  <p>
                    <strong id="bookings">0</strong> <span id="bookings-noun">bookings</span> so far, the
                    latest first:
                  </p>
                  <table>
                    <thead>
                      <tr>
                        <th scope="col">Order</th>
                        <th scope="col">Booked at</th>
                        <th scope="col">Token</th>
                      </tr>
                    </thead>
                    <tbody id="ledger"></tbody>
                  </table>
                </div>
              </div>
              <p id="faults" hidden></p>
              <noscript><p>The counters need JavaScript. /sandbox/status has the same data.</p></noscript>
            </section>
          </main>
        </body>
      </html> `,
  );
}

/** A text with a copy button; the button is hidden where the browser cannot copy. */
function copyable(what: string, text: string) {
  return html`<div class="copyable">
    <pre tabindex="0" aria-label="${what}"><code>${text}</code></pre>
    <button type="button" hidden aria-label="Copy ${what}">Copy</button>
  </div>`;
}
