import { readFile } from 'node:fs/promises';
import { operations } from '@wemasy-orders/client/operations';
import * as z from 'zod';

/** The extension's identifier and the kind of page it knows (MCP Apps, SEP-1865). */
export const appsExtension = 'io.modelcontextprotocol/ui';
const mimeType = 'text/html;profile=mcp-app';

const uri = 'ui://wemasy-orders/orders.html';

const listTool = operations.listOrders.tool.name;

/** The orders view as hosts list it. */
export const ordersView = {
  uri,
  name: 'orders',
  title: 'Orders',
  description: `The orders that ${listTool} found, as a table.`,
  mimeType,
} as const;

/** Marks the tool whose results the view shows. Hosts that are older than the stable revision know the flat key only. */
export const shownInOrdersView = { ui: { resourceUri: uri }, 'ui/resourceUri': uri } as const;

/** The page asks for nothing: no network, no foreign content, no permission. */
const pageNeeds = {
  csp: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] },
  prefersBorder: true,
};

const ShowsApps = z.object({
  extensions: z.object({ [appsExtension]: z.object({ mimeTypes: z.array(z.string()) }) }),
});

/**
 * Whether a client shows such pages.
 *
 * @param capabilities what the client has declared; undefined when that is not known, as in a stateless request of the
 *   2025 era: such a client gets the offer, and one that does not know it passes it over
 */
export function showsApps(capabilities: unknown): boolean {
  if (capabilities === undefined) return true;
  const declared = ShowsApps.safeParse(capabilities);
  return declared.success && declared.data.extensions[appsExtension].mimeTypes.includes(mimeType);
}

/**
 * The page, read from beside the bundle when a host asks for it.
 *
 * @param options.syncTool the tool with which it offers to send orders; undefined where it offers none
 */
export async function readOrdersView({ syncTool }: { readonly syncTool: string | undefined }) {
  const page = await readFile(new URL('./orders.html', import.meta.url), 'utf8');
  const sync = syncTool === undefined ? '' : ` data-sync-tool="${syncTool}"`;
  const text = page.replace('<html', `<html data-list-tool="${listTool}"${sync}`);
  return { uri, mimeType, text, _meta: { ui: pageNeeds } };
}
