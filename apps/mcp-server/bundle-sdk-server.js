// @ts-check
import { readFile } from 'node:fs/promises';

/**
 * Leaves the MCP SDK's `McpServer` out of the bundle, with its conversion of schemas: this server is always the SDK's `Server`,
 * and the SDK asks each time which of the two it has.
 *
 * @type {import('esbuild').Plugin}
 */
export const onlyServer = {
  name: 'only-server',
  setup({ onLoad }) {
    onLoad(
      { filter: /[\\/]@modelcontextprotocol[\\/]server[\\/]dist[\\/](index|stdio)\.mjs$/ },
      async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const question = 'product instanceof McpServer';
        if (!source.includes(question)) throw new Error(`${path} does not ask for an McpServer as it did`);
        return { contents: source.replaceAll(question, 'false') };
      },
    );
  },
};
