import { largestPage } from '@wemasy-orders/client/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Assistant, clientKinds, startAssistant } from './support/assistant.js';
import { type Sandbox, startSandbox } from './support/sandbox.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox('--orders', '300');
});
afterAll(() => sandbox.close());

describe.each(clientKinds)('orders, as the official %s gets them', (kind) => {
  let assistant: Assistant;

  beforeAll(async () => {
    assistant = await startAssistant({
      kind,
      environment: { WEMASY_API_URL: sandbox.apiUrl, WEMASY_API_TOKEN: 'sandbox-full-access' },
    });
    return () => assistant.close();
  });

  it('are the same in both channels, row by row', async () => {
    const { text, structured } = await assistant.call('list_orders', {
      status: 'completed',
      per_page: 3,
      fields: ['id', 'status', 'total', 'invoice_id'],
    });
    expect(structured).toMatchObject({
      page: 1,
      per_page: 3,
      has_more: true,
      totals_scope: 'page',
      columns: ['id', 'status', 'total', 'invoice_id'],
    });
    const rows = [structured?.['rows']].flat();
    expect(rows).toHaveLength(3);
    expect(text.split('\n').slice(2)).toEqual(['id,status,total,invoice_id', ...rows.map(String)]);
    const { total, last_page: last } = { ...structured };
    expect(text.split('\n')[0]).toBe(
      `page 1 of ${String(last)}; ${String(total)} matching orders; per_page 3; more pages follow. ${String(structured?.['note'])}`,
    );
  });

  it('have the columns that were asked for, in that order and each once', async () => {
    const fields = ['total', 'id', 'customer', 'total'];
    const { text, structured } = await assistant.call('list_orders', { per_page: 1, fields });
    expect(structured).toMatchObject({ columns: ['total', 'id', 'customer'] });
    expect(text).toContain('\ntotal,id,customer\n');
  });

  it('of a long page have what they share in the line of facts', async () => {
    const fields = ['id', 'status', 'status_label'];
    const filters = { status: 'completed', per_page: largestPage };
    const { text, structured } = await assistant.call('list_orders', { ...filters, fields });
    expect(structured?.['constant']).toEqual({ status: 'completed', status_label: 'Completed' });
    expect(structured?.['columns']).not.toContain('status');
    expect(text.split('\n')[0]).toContain('; every row has status=completed, status_label=Completed. ');
  });

  it('are counted and summed over all pages, and the client hears how far it is', async () => {
    const heard: (string | undefined)[] = [];
    const { structured, text } = await assistant.call(
      'list_orders',
      { summarize: true },
      {
        onprogress: ({ progress, total, message }) =>
          heard.push(`${progress} of ${String(total)}: ${String(message)}`),
      },
    );
    expect(structured).toMatchObject({ rows: [], totals_scope: 'all', total: 300, has_more: false });
    const counts = Object.values(structured?.['totals'] ?? {}).map(({ count }) => Number(count));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(300);
    expect(text).toContain('\ntotals (as many orders as the API counts): ');
    const pages = Math.ceil(300 / largestPage);
    expect(heard).toEqual(
      Array.from({ length: pages - 1 }, (_, at) => `${at + 1} of ${pages}: read page ${at + 1} of ${pages}`),
    );
  });
});
