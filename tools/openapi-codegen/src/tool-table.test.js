// @ts-check
import { describe, expect, it } from 'vitest';
import { readDocument } from './document.js';
import { documentWith } from './testing/document-with.js';
import { withToolTable } from './tool-table.js';

const tool = {
  name: 'list_things',
  title: 'List things',
  description: 'List | things.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
};
const api = readDocument(documentWith({ operation: { 'x-mcp-tool': tool } }));
const page = '# Title\n\n<!-- tools: written by `npm run codegen` -->\n\nold\n\n<!-- /tools -->\n\nAfter.\n';

describe('the tool table of a page', () => {
  it('is written between the markers and nowhere else', async () => {
    const written = await withToolTable(page, api);
    expect(written.startsWith('# Title\n')).toBe(true);
    expect(written.endsWith('\nAfter.\n')).toBe(true);
    expect(written).not.toContain('old');
    expect(written.replaceAll(/ +/g, ' ')).toContain(
      '| `list_things` | List \\| things. | reads | 60 in 60 s | `status`: open, closed |',
    );
  });

  it('does not change when it is written again', async () => {
    const once = await withToolTable(page, api);
    expect(await withToolTable(once, api)).toBe(once);
  });

  it('is missed loudly where the page has lost its markers', async () => {
    await expect(withToolTable('# Title\n', api)).rejects.toThrow('needs the markers');
  });
});
