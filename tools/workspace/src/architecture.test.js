// @ts-check
import { expect, it } from 'vitest';
import { diagramOf, withDiagram } from './architecture.js';

const floors = /** @type {const} */ ([
  { name: 'cli', root: 'apps/cli', kind: 'app' },
  { name: '@orders/client', root: 'libs/client', kind: 'lib' },
  { name: '@orders/state', root: 'libs/state', kind: 'lib' },
  { name: '@orders/openapi', root: 'openapi', kind: 'document' },
]);

it('draws each import once, and none that others imply', () => {
  const imports = /** @type {const} */ ([
    ['cli', '@orders/client'],
    ['cli', '@orders/client'],
    ['cli', '@orders/state'],
    ['@orders/client', '@orders/state'],
    ['@orders/client', '@orders/openapi'],
    ['@orders/client', 'npm:zod'],
  ]);
  expect(diagramOf({ floors, imports })).toBe(
    [
      '```mermaid',
      'flowchart TD',
      '  apps_cli(["apps/cli"])',
      '  libs_client["libs/client"]',
      '  libs_state["libs/state"]',
      '  openapi[/"openapi"/]',
      '  apps_cli --> libs_client',
      '  libs_client --> libs_state',
      '  libs_client --> openapi',
      '```',
    ].join('\n'),
  );
});

it('replaces what is between the markers, and needs them', () => {
  const page = 'a\n\n<!-- diagram: written by `npm run codegen` -->\n\nold\n\n<!-- /diagram -->\n\nb\n';
  const written = withDiagram(page, 'new');
  expect(written).toBe(page.replace('old', 'new'));
  expect(withDiagram(written, 'new')).toBe(written);
  expect(() => withDiagram('a', 'new')).toThrow('the page needs the markers');
});
