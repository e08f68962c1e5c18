// @ts-check
import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read.js';
import { documentWith } from '../testing/document-with.js';
import { updatedReadme } from './readme.js';

const tool = {
  name: 'list_things',
  title: 'List things',
  description: 'List | things.\n\nWithout <!-- /tools --> in it.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
};
const api = readDocument(documentWith({ operation: { 'x-mcp-tool': tool } }));
const page = '# Title\n\n<!-- tools: written by `npm run codegen` -->\n\nold\n\n<!-- /tools -->\n\nAfter.\n';

it("the API's address in the table of settings follows the document", async () => {
  const row = (/** @type {string} */ url) => `| \`WEMASY_API_URL\` | \`--api-url\` | Base URL | \`${url}\` |`;
  const settings = [
    '| Variable | Flag | Meaning | Default |',
    '| --- | --- | --- | --- |',
    row('https://old'),
  ];
  const written = await updatedReadme(`${page}\n${settings.join('\n')}\n`, api);
  expect(written.replaceAll(/ +/g, ' ')).toContain(row('https://api.example.com'));
});

describe('the tool table of a page', () => {
  it('is written between the markers and nowhere else', async () => {
    const written = await updatedReadme(page, api);
    expect(written.startsWith('# Title\n')).toBe(true);
    expect(written.endsWith('\nAfter.\n')).toBe(true);
    expect(written).not.toContain('old');
    expect(written.replaceAll(/ +/g, ' ')).toContain(
      '| `list_things` | List \\| things. Without &lt;!-- /tools --> in it. | reads | 60 in 60 s | `status`: open, closed |',
    );
  });

  it('does not change when it is written again', async () => {
    const once = await updatedReadme(page, api);
    expect(await updatedReadme(once, api)).toBe(once);
  });

  it('is missed loudly where the page has lost its markers', async () => {
    await expect(updatedReadme('# Title\n', api)).rejects.toThrow('needs the markers');
  });
});
