import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { accessibilityViolations, describeInBrowser, type Page } from '@wemasy-orders/browser-testing';
import { type AnswerField, operations } from '@wemasy-orders/client/operations';
import * as schemas from '@wemasy-orders/client/schemas';
import { type BuiltSandbox, startBuiltSandbox } from './support/built-sandbox.js';

const source = readFileSync(new URL('../../../openapi/wemasy-orders.yaml', import.meta.url), 'utf8');

/** Another document may have operations without some of these. */
const described: readonly {
  readonly path: string;
  readonly answer?: AnswerField;
  readonly requestSchema?: string;
}[] = Object.values(operations);
const fieldsOfSchemas = new Map<string | undefined, readonly string[]>(
  Object.entries(schemas).map(([name, schema]) => [name, 'shape' in schema ? Object.keys(schema.shape) : []]),
);

/** The name of every field of an answer. */
function namesIn({ fields = {}, items }: AnswerField): readonly string[] {
  const inside = items === undefined ? [] : namesIn(items);
  return [...Object.entries(fields).flatMap(([name, field]) => [name, ...namesIn(field)]), ...inside];
}

describeInBrowser('the reference', (open) => {
  let sandbox: BuiltSandbox;
  beforeAll(async () => {
    sandbox = await startBuiltSandbox();
  });
  afterAll(() => sandbox.close());

  async function openReference(look = {}) {
    const visit = await open(`${sandbox.origin}/docs`, look);
    await visit.page.getByRole('heading', { name: operations.syncOrder.summary }).waitFor();
    return visit;
  }

  it('describes both operations: path, every field, every answer', async () => {
    const { page, end } = await openReference();
    const names = described.flatMap(({ path, answer, requestSchema }) => [
      path,
      ...(answer === undefined ? [] : namesIn(answer)),
      ...(fieldsOfSchemas.get(requestSchema) ?? []),
      ...['401', '403', '422', '429'],
    ]);
    await expect
      .poll(
        async () => {
          // Fields of objects that have no schema of their own are folded away.
          const folded = page.locator('button.schema-card-title:not([class*=compact])[aria-expanded=false]');
          for (let left = await folded.count(); left > 0; left -= 1) {
            await folded.first().dispatchEvent('click');
          }
          const words = new Set((await page.locator('#reference').innerText()).split(/[\s"]+/));
          return names.filter((name) => !words.has(name));
        },
        { timeout: 30_000 },
      )
      .toEqual([]);
    await end();
  });

  it('has samples in four languages with this sandbox’s address and token', async () => {
    const { page, end } = await openReference();
    for (const { summary, path } of Object.values(operations)) {
      const section = page.getByRole('region', { name: summary });
      for (const [library, sample] of [
        ['Curl', /^curl http/],
        ['Fetch', /^fetch\('http/],
        ['Guzzle', /GuzzleHttp/],
        ['Requests', /^requests\.post\(/m],
      ] as const) {
        await section.getByTestId('client-picker').click();
        await page.getByRole('option', { name: library, exact: true }).click();
        const code = section.locator('pre', { hasText: path }).first();
        await code.filter({ hasText: sample }).waitFor();
        for (const said of [sandbox.apiUrl + path, 'Bearer sandbox-full-access']) {
          expect(await code.textContent()).toContain(said);
        }
      }
    }
    await end();
  });

  async function send(page: Page, summary: string): Promise<void> {
    await page
      .getByRole('region', { name: summary })
      .getByRole('button', { name: /Test Request/ })
      .click();
    await page.getByRole('button', { name: /^Send post request/ }).click();
  }

  it('Try It lists orders', async () => {
    const { page, end } = await openReference();
    await send(page, operations.listOrders.summary);
    await page.getByText('200 OK').waitFor();
    await end();
  });

  it('Try It syncs an order, which is booked', async () => {
    const { page, end } = await openReference();
    await send(page, operations.syncOrder.summary);
    await page.getByText('200 OK').waitFor();
    await page.getByText('Order synced to SnelStart.').waitFor();
    const ledger = await (await fetch(`${sandbox.origin}/sandbox/ledger`)).json();
    expect(ledger).toEqual([expect.objectContaining({ order_id: 2502, token: 'sandbox-full-access' })]);
    await end();
  });

  it.each([
    ['YAML', (exported: string) => expect(exported).toBe(source)],
    ['JSON', (exported: string) => expect(JSON.parse(exported)).toEqual(parse(source))],
  ])('the %s download is the document', async (format, check) => {
    const { page, end } = await openReference();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: format, exact: true }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe(`wemasy-orders.${format.toLowerCase()}`);
    check(await text(await download.createReadStream()));
    await end();
  });

  it.each(['light', 'dark'] as const)('is accessible in %s', async (colorScheme) => {
    const { page, end } = await openReference({ colorScheme });
    await expect.poll(() => accessibilityViolations(page), { interval: 500 }).toEqual([]);
    await end();
  });

  it('lets the keyboard choose a language; the button shows whether it is pressed', async () => {
    const { page, end } = await openReference();
    const [first, second] = await page.locator('.client-libraries-list [role=button]').all();
    if (first === undefined || second === undefined) expect.fail('there are no languages to choose from');
    expect(await first.getAttribute('aria-pressed')).toBe('true');
    await first.focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => second.getAttribute('aria-pressed')).toBe('true');
    expect(await first.getAttribute('aria-pressed')).toBe('false');
    await end();
  });

  it('fits a phone', async () => {
    const { page, end } = await openReference({ width: 390 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await end();
  });
});
