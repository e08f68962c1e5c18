import type { Order } from '@wemasy-orders/client';
import { OrderStatus } from '@wemasy-orders/client/schemas';
import { describe, expect, it } from 'vitest';
import { runLine } from '../testing/run-line.js';
import { pagesOf, startShop } from '../testing/shop.js';

const sentStatuses = ['payment_received', 'paid', 'completed', 'refunding', 'refunded'];
const otherStatuses = OrderStatus.options.filter((status) => !sentStatuses.includes(status));

/** A flagged order of every status of the document, of an unknown one, and of none; and one that is not flagged. */
const flagged: Order[] = [
  ...OrderStatus.options.map((status, at) => ({ id: at + 1, status, should_snelstart_sync: true })),
  { id: 121, status: 'on_review', should_snelstart_sync: true },
  { id: 122, should_snelstart_sync: true },
];
const orders: Order[] = [...flagged, { id: 130, status: 'paid', should_snelstart_sync: false }];
const idsOf = (...statuses: readonly string[]) =>
  flagged.filter(({ status }) => statuses.includes(status ?? '')).map(({ id }) => id);
const bookable = idsOf(...sentStatuses);
/** Each status once, as the document lists them. */
const inWords = (ids: readonly number[]) =>
  flagged.flatMap(({ id, status = 'no status' }) => (ids.includes(id) ? [`1 ${status}`] : [])).join(', ');
const others = flagged.map(({ id }) => id).filter((id) => !bookable.includes(id));

async function shop(some: readonly Order[] = orders) {
  const { environment, requests } = await startShop({ list: pagesOf(some) });
  return {
    environment,
    sent: () =>
      requests.flatMap(({ url, body }): number[] =>
        url.includes('sync') ? [JSON.parse(body).order_id] : [],
      ),
  };
}

describe('sync-due', () => {
  it('sends statuses that the document has', () => {
    expect(OrderStatus.options).toEqual(expect.arrayContaining(sentStatuses));
  });

  it('sends paid orders, and counts and names the flagged orders that it leaves out', async () => {
    const { environment, sent } = await shop();
    const { exitCode, stdout, stderr } = await runLine(['sync-due', '--yes'], { environment });
    expect(sent()).toEqual(bookable);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      `Left out because of their status: ${otherStatuses.map((status) => `1 ${status} (${idsOf(status).join()})`).join(', ')}, ` +
        '1 on_review (121), 1 no status (122). --status or --every-status sends',
    );
    expect(stderr).toContain(
      `${flagged.length} orders flagged: ${others.length} left out (${inWords(others)}`,
    );
  });

  it('reports what it leaves out as JSON, and with --quiet', async () => {
    const { environment } = await shop();
    const asJson = await runLine(['sync-due', '--yes', '--json'], { environment });
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      counts: { synced: bookable.length },
      left_out: others.map((id) => ({
        order_id: id,
        status: flagged.find((order) => order.id === id)?.status ?? 'no status',
      })),
      facts: { read: orders.length, coverage: 'complete' },
    });
    const quiet = await runLine(['sync-due', '--yes', '--quiet'], { environment });
    expect(quiet).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('Left out'), stderr: '' });
  });

  it.each([
    [['--status', 'cancelled'], idsOf('cancelled')],
    [['--status', 'paid', '--status', 'on_hold'], idsOf('on_hold', 'paid')],
    [['--status', 'failed', 'pending'], idsOf('pending', 'failed')],
    [['--every-status'], flagged.map(({ id }) => id)],
  ])('with %j sends those and needs no further decision', async (flags, ids) => {
    const { environment, sent } = await shop();
    const { exitCode } = await runLine(['sync-due', '--yes', ...flags], { environment });
    expect({ exitCode, sent: sent() }).toEqual({ exitCode: 0, sent: ids });
  });

  it('shows the plan by status with --dry-run, and sends nothing', async () => {
    const { environment, sent } = await shop();
    const { exitCode, stdout, stderr } = await runLine(['sync-due', '--dry-run', '--json'], { environment });
    expect(exitCode).toBe(0);
    const { orders: plan }: { orders: { id: number; plan: string }[] } = JSON.parse(stdout);
    expect(plan.map((row) => [row.id, row.plan])).toEqual([
      ...bookable.map((id) => [id, 'send']),
      ...others.map((id) => [id, 'left out']),
    ]);
    expect(stderr).toContain(
      `${flagged.length} orders flagged: ${bookable.length} to send (${inWords(bookable)}), ${others.length} left out (${inWords(others)})`,
    );
    expect(sent()).toEqual([]);
  });

  it('is done when every flagged order is of a status that it sends', async () => {
    const { environment } = await shop([{ id: 1, status: 'paid', should_snelstart_sync: true }]);
    expect(await runLine(['sync-due', '--yes', '--quiet'], { environment })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('rejects a status that the document does not have, and both choices at once', async () => {
    const { environment } = await shop();
    for (const [flags, problem] of [
      [['--status', 'lost'], `Allowed choices are ${OrderStatus.options[0]}`],
      [['--status', 'paid', '--every-status'], 'cannot be used with'],
    ] as const) {
      const { exitCode, stderr } = await runLine(['sync-due', '--yes', ...flags], { environment });
      expect(exitCode).toBe(2);
      expect(stderr).toContain(problem);
    }
  });

  it('that may have missed orders says so and is not done, also with --quiet', async () => {
    const page = pagesOf([{ id: 1, status: 'paid', should_snelstart_sync: true }]);
    const { environment } = await startShop({
      list: (asked) => {
        const [status, body] = page(asked);
        return [status, { ...Object(body), data: { ...Object(body).data, total: 3 } }];
      },
    });
    const { exitCode, stderr } = await runLine(['sync-due', '--yes', '--quiet'], { environment });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Up to 2 orders may be missing');
  });
});
