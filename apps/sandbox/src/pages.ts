import { apiPath, tokens } from '@wemasy-orders/sandbox-server';
import { Hono } from 'hono';
import { readAsset, readReferenceBundle } from './assets.js';
import { openApiDocument } from './openapi-document.js';
import { referencePage } from './reference-page.js';
import { startPage } from './start-page.js';

const script = 'text/javascript; charset=UTF-8';
const stylesheet = 'text/css; charset=UTF-8';

/** Allows nothing from other hosts, and no inline code. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** Scalar writes style attributes and elements, and previews answers as blobs. */
const referencePolicy = policy.map((rule) => {
  if (rule.startsWith('style-src')) return "style-src 'self' 'unsafe-inline'";
  if (rule.startsWith('img-src')) return "img-src 'self' data: blob:";
  return rule;
});

/** The start page, the API reference and the OpenAPI document. */
export function createPages(): Hono {
  const app = new Hono();

  function page(path: string, rules: readonly string[], render: (apiUrl: string) => string): void {
    app.get(path, (context) =>
      context.body(render(new URL(context.req.url).origin + apiPath), 200, {
        'Content-Type': 'text/html; charset=UTF-8',
        'Content-Security-Policy': rules.join('; '),
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
      }),
    );
  }

  function file(path: string, type: string, read: () => string): void {
    app.get(path, (context) =>
      context.body(read(), 200, { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' }),
    );
  }

  page('/', policy, startPage);
  file('/assets/start-page.css', stylesheet, () => readAsset('start-page.css'));
  file('/assets/start-page.js', script, () => readAsset('start-page.js'));

  page('/docs', referencePolicy, (apiUrl) => referencePage(apiUrl, tokens.fullAccess));
  file('/assets/reference-page.css', stylesheet, () => readAsset('reference-page.css'));
  file('/assets/reference-page.js', script, () => readAsset('reference-page.js'));
  file('/assets/reference-repairs.js', script, () => readAsset('reference-repairs.js'));
  file('/assets/scalar.js', script, readReferenceBundle);

  file('/openapi.yaml', 'application/yaml; charset=UTF-8', () => openApiDocument().yaml);
  file('/openapi.json', 'application/json', () => openApiDocument().json);
  return app;
}
